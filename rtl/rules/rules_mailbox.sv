// Rule commands: the mailbox's 32 words go into one chunk of one slice, a row a clock; or the generation takes over.
//
// RULES_COMMAND (docs/registers.md): 2 writes the mailbox to chunk index_i[6:0] of slice index_i[15:7], 3 takes over with
// index_i slices. busy_o from the clock after start_i; result_o as in RULES_STATUS.
module rules_mailbox #(
  parameter  int unsigned Rules     = 64,
  localparam int unsigned Slices    = Rules / 32,
  localparam int unsigned SliceBits = $clog2(Slices)
) (
  input  logic                 clk_i,
  input  logic                 rst_ni,
  input  logic                 write_i,
  input  logic [4:0]           word_i,
  input  logic [31:0]          data_i,
  input  logic                 start_i,
  input  logic [3:0]           operation_i,
  input  logic [15:0]          index_i,
  output logic                 busy_o,
  output logic                 done_o,
  output logic [3:0]           result_o,
  output logic                 load_valid_o,
  input  logic                 load_ready_i,
  output logic [SliceBits-1:0] load_slice_o,
  output logic [6:0]           load_chunk_o,
  output logic [4:0]           load_row_o,
  output logic [31:0]          load_data_o,
  output logic                 commit_valid_o,
  output logic [SliceBits:0]   commit_slices_o
);
  logic [31:0] words[32];
  logic loads_q;
  logic commits_q;
  logic done_q;
  logic [4:0] row_q;
  /* verilator lint_off UNUSEDSIGNAL */  // a small table has few slices
  logic [15:0] index_q;
  /* verilator lint_on UNUSEDSIGNAL */
  logic [3:0] result_q;
  assign busy_o = loads_q || commits_q;
  assign done_o = done_q;
  assign result_o = result_q;
  assign load_valid_o = loads_q;
  assign load_slice_o = index_q[7+:SliceBits];
  assign load_chunk_o = index_q[6:0];
  assign load_row_o = row_q;
  assign load_data_o = words[row_q];
  assign commit_valid_o = commits_q;
  assign commit_slices_o = index_q[SliceBits:0];
  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      loads_q <= 1'b0;
      commits_q <= 1'b0;
      done_q <= 1'b0;
      row_q <= '0;
      result_q <= '0;
    end else begin
      done_q <= 1'b0;
      if (start_i && !busy_o) begin
        index_q <= index_i;
        result_q <= '0;
        row_q <= '0;
        if (operation_i == 4'd2 && index_i[6:0] <= 7'd68 && 32'(index_i[15:7]) < Slices) loads_q <= 1'b1;
        else if (operation_i == 4'd3 && 32'(index_i) <= Slices) commits_q <= 1'b1;
        else begin
          result_q <= operation_i == 4'd2 || operation_i == 4'd3 ? 4'd2 : 4'd1;
          done_q <= 1'b1;
        end
      end else if (load_ready_i && busy_o) begin
        row_q <= row_q + 1'b1;
        if (commits_q || row_q == '1) begin
          loads_q <= 1'b0;
          commits_q <= 1'b0;
          done_q <= 1'b1;
        end
      end
    end
    if (write_i && !busy_o) words[word_i] <= data_i;
  end
endmodule
