// SubBytes: the S-box of FIPS 197 section 5.1.1 on each byte of Words words of 32 bits, as a table that is read.
//
// Latency 1. A table costs half of what a circuit of gates does, and a thirtieth of the simulation time.
// Block: the table lies in block RAM, one for two bytes, instead of 32 LUT a byte.
module aead_sbox #(
  parameter int unsigned Words = 4,
  parameter bit          Block = 1'b0  // in block RAM
) (
  input  logic               clk_i,
  input  logic [32*Words-1:0] data_i,
  output logic [32*Words-1:0] data_o
);
  // Entry 0 on top.
  localparam logic [2047:0] Table = {
    128'h637c777b_f26b6fc5_3001672b_fed7ab76,
    128'hca82c97d_fa5947f0_add4a2af_9ca472c0,
    128'hb7fd9326_363ff7cc_34a5e5f1_71d83115,
    128'h04c723c3_1896059a_071280e2_eb27b275,
    128'h09832c1a_1b6e5aa0_523bd6b3_29e32f84,
    128'h53d100ed_20fcb15b_6acbbe39_4a4c58cf,
    128'hd0efaafb_434d3385_45f9027f_503c9fa8,
    128'h51a3408f_929d38f5_bcb6da21_10fff3d2,
    128'hcd0c13ec_5f974417_c4a77e3d_645d1973,
    128'h60814fdc_222a9088_46eeb814_de5e0bdb,
    128'he0323a0a_4906245c_c2d3ac62_9195e479,
    128'he7c8376d_8dd54ea9_6c56f4ea_657aae08,
    128'hba78252e_1ca6b4c6_e8dd741f_4bbd8b8a,
    128'h703eb566_4803f60e_613557b9_86c11d9e,
    128'he1f89811_69d98e94_9b1e87e9_ce5528df,
    128'h8ca1890d_bfe64268_41992d0f_b054bb16
  };

  logic unused;
  assign unused = Block;  // used by the attribute only

  (* rom_style = Block ? "block" : "logic" *) logic [7:0] rom[256];
  initial for (int unsigned i = 0; i < 256; i++) rom[i] = Table[8*(255-i)+:8];
  for (genvar w = 0; w < Words; w++) begin : g_word
    logic [31:0] word_q;
    always_ff @(posedge clk_i) begin
      word_q <= {rom[data_i[32*w+24+:8]], rom[data_i[32*w+16+:8]], rom[data_i[32*w+8+:8]], rom[data_i[32*w+:8]]};
    end
    assign data_o[32*w+:32] = word_q;
  end
endmodule
