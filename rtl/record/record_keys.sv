// The key store: written from outside, read for the cryptography, wiped a generation a clock.
//
// A wipe takes as many clocks as it has places, and one more in which a zero is read over the last key that was read;
// writes and reads go first, each for a clock. zeroize_i, held for 8 * Contexts + 1 clocks, wipes all.
// Keys cannot be read from outside the record engine.
module record_keys #(
  parameter  int unsigned Contexts    = 16,               // as record_front's
  localparam int unsigned ContextBits = $clog2(Contexts)
) (
  input  logic                      clk_i,
  input  logic                      rst_ni,
  input  logic                      zeroize_i,
  input  logic                      write_i,
  input  logic [ContextBits+2:0]    write_index_i,        // context, direction, generation modulo 4
  input  vitrine_pkg::record_keys_t key_i,
  input  logic                      read_i,               // key_o is it from the next clock on, while keep_i stands
  input  logic [ContextBits+2:0]    read_index_i,
  input  logic                      keep_i,
  output vitrine_pkg::record_keys_t key_o,
  input  logic                      wipe_valid_i,
  output logic                      wipe_ready_o,
  input  logic [ContextBits-1:0]    wipe_context_i,
  input  logic [7:0]                wipe_places_i         // a bit a direction (high) and generation modulo 4
);
  localparam int unsigned KeyBits = $bits(key_i);
  logic [ContextBits-1:0] context_q;
  logic [7:0] places_q;                                   // still to be wiped
  logic flush_q;                                          // a zero is still to be read
  logic [2:0] place;
  logic [2:0] wiped_q;                                    // one that was wiped
  logic [ContextBits+2:0] sweep_q;
  logic wipe;
  logic flush;
  logic write;
  logic read;
  logic [ContextBits+2:0] write_index;
  logic [ContextBits+2:0] read_index;
  logic [KeyBits-1:0] write_data;
  logic [KeyBits-1:0] read_data;
  always_comb begin
    place = '0;
    for (int unsigned i = 0; i < 8; i++) begin
      if (places_q[i]) place = 3'(i);
    end
    wipe = places_q != '0 && !write_i && !zeroize_i;
    flush = places_q == '0 && flush_q && !read_i && !keep_i;
    write = write_i || wipe || zeroize_i;
    write_index = zeroize_i ? sweep_q : write_i ? write_index_i : {context_q, place};
    write_data = write_i && !zeroize_i ? key_i : '0;
    read = read_i || flush || zeroize_i;
    read_index = zeroize_i ? sweep_q - 1'b1 : flush ? {context_q, wiped_q} : read_index_i;
  end
  prim_ram_sdp #(.Width(KeyBits), .Depth(8 * Contexts)) u_keys (
    .clk_i, .write_i(write), .write_address_i(write_index), .write_data_i(write_data), .read_i(read),
    .read_address_i(read_index), .read_data_o(read_data)
  );
  assign key_o = read_data;
  assign wipe_ready_o = places_q == '0 && !flush_q;

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      places_q <= '0;
      flush_q <= 1'b0;
      sweep_q <= '0;
    end else begin
      if (wipe_valid_i && wipe_ready_o) begin
        places_q <= wipe_places_i;
        flush_q <= wipe_places_i != '0;
      end else begin
        if (wipe) places_q[place] <= 1'b0;
        if (places_q == '0 && (flush || read_i)) flush_q <= 1'b0;
      end
      sweep_q <= zeroize_i ? sweep_q + 1'b1 : '0;
    end
    if (wipe_ready_o) context_q <= wipe_context_i;
    if (wipe) wiped_q <= place;
  end

`ifndef SYNTHESIS
  // A flow whose keys go does not get new ones meanwhile.
  always_ff @(posedge clk_i) begin
    if (rst_ni && write_i) begin
      assert (places_q == '0 || write_index_i[ContextBits+2:3] != context_q || !places_q[write_index_i[2:0]]);
    end
  end
`endif
endmodule
