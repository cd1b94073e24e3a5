// What the stages of rtl/aead hand each other.
package aead_pkg;
  // A piece as the engine works on it. Blocks of a record: 0 the AAD, 1 ... n the text, n + 1 the lengths.
  // The piece's blocks are put into a stream of beats of Lanes blocks so that its last block is the last of its last
  // beat; text_start and text_end are byte positions in that stream.
  typedef struct packed {
    logic               last;
    logic [1:0]         kind;         // vitrine_pkg::aead_kind_t
    logic [15:0]        id;
    logic               add_in;
    logic               add_out;
    logic               begins;       // its first block is the AAD's
    logic               ends;         // its last block is the lengths'
    logic signed [15:0] source;       // position in the frame of the stream's byte 0
    logic [8:0]         windows;      // of 64 bytes that make the stream
    logic [8:0]         need;         // number of the last frame beat with a byte of the piece
    logic [10:0]        beats;
    logic [1:0]         lead;         // lane of the first block
    logic [6:0]         text_start;
    logic [15:0]        text_end;
    logic [31:0]        counter;      // of lane 0 in the first beat
    logic [10:0]        distance;     // blocks of the record behind the piece
    logic [4:0]         tag_start;    // in the last two blocks' 32 bytes, or the first window's
    logic [4:0]         tag_low;      // tag bytes low ... high - 1 are there
    logic [4:0]         tag_high;
    logic               in_aes256;
    logic               out_aes256;
    logic [14:0]        text_bytes;
    logic [4:0]         aad_bytes;
    logic [127:0]       in_aad;
    logic [127:0]       out_aad;
    logic [95:0]        in_nonce;
    logic [95:0]        out_nonce;
    logic [255:0]       in_key;
    logic [255:0]       out_key;
  } plan_t;

  // What the way out needs to know of a piece.
  typedef struct packed {
    logic               last;
    logic               text;
    logic               marks;     // it has bytes that do not pass
    logic [13:0]        start;
    logic [13:0]        text_stop;   // behind the text
    logic [13:0]        stop;      // behind the tag
    logic [5:0]         text_at;   // position of its first byte in the first word of text
  } place_t;

  // One beat of blocks on its way through the pipeline.
  typedef struct packed {
    logic       first;
    logic       second;
    logic       pre_last;
    logic       last;
    logic       has_aad;    // in lane `lead`
    logic       has_length; // in the last lane
    logic [1:0] lead;
    logic [1:0] part;       // which part of a 64-byte word, in beats
    logic [6:0] low;        // text bytes low ... high - 1
    logic [6:0] high;
  } beat_t;
endpackage
