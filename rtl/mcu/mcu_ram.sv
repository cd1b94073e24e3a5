// The core's memory: 32-bit words with byte strobes, read one clock later. Infers block RAM.
//
// The host's load port writes whole words and goes first; it is meant for a core that stands still.
module mcu_ram #(
  parameter  int unsigned Words       = 32768,
  localparam int unsigned AddressBits = $clog2(Words)
) (
  input  logic                   clk_i,
  input  logic                   valid_i,
  input  logic [3:0]             write_i,    // a strobe a byte
  input  logic [AddressBits-1:0] word_i,
  input  logic [31:0]            data_i,
  output logic [31:0]            data_o,     // one clock after valid_i
  input  logic                   load_i,
  input  logic [AddressBits-1:0] load_word_i,
  input  logic [31:0]            load_data_i
);
  logic [31:0] memory[Words];
  logic [31:0] read_q;
  assign data_o = read_q;
  logic [3:0] strobe;
  logic [AddressBits-1:0] word;
  logic [31:0] data;
  assign strobe = load_i ? 4'hf : valid_i ? write_i : 4'h0;
  assign word = load_i ? load_word_i : word_i;
  assign data = load_i ? load_data_i : data_i;
  always_ff @(posedge clk_i) begin
    for (int i = 0; i < 4; i = i + 1) begin
      if (strobe[i]) memory[word][8*i+:8] <= data[8*i+:8];
    end
    if (valid_i && !load_i) read_q <= memory[word_i];
  end
endmodule
