// What runs first: a jump to the loaded program's first word. Until there is one, the core is held in reset.
//
// Read-only, one clock. Words beyond the program are 0, an illegal instruction; a trap leads back to word 0.
module mcu_boot_rom #(
  parameter logic [31:0] Entry = 32'h8000_0000  // 4 KiB aligned
) (
  input  logic        clk_i,
  input  logic [7:0]  word_i,
  output logic [31:0] data_o
);
  always_ff @(posedge clk_i) begin
    unique case (word_i)
      8'd0: data_o <= {Entry[31:12], 12'h2b7};  // lui t0, Entry
      8'd1: data_o <= 32'h0002_8067;            // jr t0
      default: data_o <= '0;
    endcase
  end
endmodule
