// An RV32I core with Zicsr, Zifencei and machine mode: one instruction at a time, no pipeline, no speculation.
//
// Clocks: 3 and those of the fetch for most instructions, one access more for loads and stores, two where they cross
// a word's boundary (misaligned accesses are carried out; they are not atomic). An interrupt is taken between two
// instructions. WFI ends at an interrupt that mie names, or after WaitClocks.
// Bus: valid_o stays up with everything unchanged until ready_i, which brings data_i and error_i in the same clock.
// Addresses are those of words; byte 0 is in bits 7:0, strobe bit 0 is its. Errors become access faults.
// retire_* tells of every instruction carried out, in the clock in which it is; a trap has its own pulse.
module mcu_core #(
  parameter logic [31:0] ResetPc    = 32'h0,
  parameter int unsigned WaitClocks = 1024   // a power of two
) (
  input  logic        clk_i,
  input  logic        rst_ni,
  output logic        bus_valid_o,
  output logic        bus_write_o,
  output logic [29:0] bus_word_o,
  output logic [31:0] bus_data_o,
  output logic [3:0]  bus_strobe_o,
  input  logic        bus_ready_i,
  input  logic [31:0] bus_data_i,
  input  logic        bus_error_i,
  input  logic        software_i,
  input  logic        timer_i,
  input  logic        external_i,
  input  logic [63:0] time_i,
  output logic        waiting_o,      // in WFI
  output logic        retire_o,
  output logic        trap_o,
  output logic [31:0] retire_pc_o,    // of either
  output logic [31:0] retire_instruction_o,
  output logic [31:0] trap_cause_o,
  output logic        retire_write_o, // a register: retire_instruction_o[11:7]
  output logic [31:0] retire_data_o
);
  typedef enum logic [2:0] {
    StateFetch,    // the instruction is asked for; interrupts are taken before that
    StateRead,     // its registers are read
    StateExecute,  // all but loads and stores end here
    StateAccess,   // a load or store, or its first word
    StateSecond,   // its second word
    StateWait      // WFI
  } state_t;
  state_t state_q;
  logic asked_q;  // StateFetch: the bus has been asked
  logic [31:0] pc_q;
  logic [31:0] instruction_q;
  logic [31:0] address_q;
  logic [31:0] first_word_q;
  logic [$clog2(WaitClocks)-1:0] wait_q;

  mcu_pkg::decoded_t decoded;
  mcu_decode u_decode (.instruction_i(instruction_q), .decoded_o(decoded));

  // ---- operands and results ----
  logic [31:0] rs1;
  logic [31:0] rs2;
  logic write_register;
  logic [31:0] write_data;
  mcu_registers u_registers (
    .clk_i, .read_i(state_q == StateRead), .first_i(decoded.rs1), .second_i(decoded.rs2), .first_o(rs1),
    .second_o(rs2), .write_i(write_register && decoded.rd != 5'd0), .address_i(decoded.rd), .data_i(write_data)
  );
  logic [31:0] result;
  logic taken;
  mcu_alu u_alu (
    .operation_i(decoded.alu), .first_i(decoded.first_is_pc ? pc_q : rs1),
    .second_i(decoded.second_is_rs2 ? rs2 : decoded.immediate), .funct3_i(decoded.funct3), .result_o(result),
    .taken_o(taken)
  );
  logic [31:0] pc_next;
  logic [31:0] target;
  assign pc_next = pc_q + 32'd4;
  assign target = decoded.kind == mcu_pkg::KindJump ? {result[31:1], 1'b0} : pc_q + decoded.immediate;

  // ---- CSRs ----
  logic csr_exists;
  logic [31:0] csr_read;
  logic csr_changes;  // CSRRS and CSRRC with x0 or 0 only read
  logic [31:0] csr_operand;
  logic [31:0] csr_data;
  logic csr_write;
  logic trap;
  logic [31:0] trap_cause;
  logic [31:0] trap_value;
  logic [31:0] trap_target;
  logic returns;
  logic [31:0] return_pc;
  logic retire;
  logic interrupt;
  logic [31:0] interrupt_cause;
  logic wakes;
  assign csr_changes = decoded.funct3[1:0] == 2'b01 || decoded.rs1 != 5'd0;
  assign csr_operand = decoded.funct3[2] ? {27'b0, decoded.rs1} : rs1;
  always_comb begin
    unique case (decoded.funct3[1:0])
      2'b10: csr_data = csr_read | csr_operand;
      2'b11: csr_data = csr_read & ~csr_operand;
      default: csr_data = csr_operand;
    endcase
  end
  mcu_csr u_csr (
    .clk_i, .rst_ni, .address_i(instruction_q[31:20]), .exists_o(csr_exists), .read_data_o(csr_read),
    .write_i(csr_write), .write_data_i(csr_data), .trap_i(trap), .trap_pc_i(pc_q), .trap_cause_i(trap_cause),
    .trap_value_i(trap_value), .trap_target_o(trap_target), .return_i(returns), .return_pc_o(return_pc),
    .retire_i(retire), .software_i, .timer_i, .external_i, .time_i, .interrupt_o(interrupt),
    .interrupt_cause_o(interrupt_cause), .wakes_o(wakes)
  );

  // ---- loads and stores: `lanes` has a bit for each byte of the two words that may be touched ----
  logic [1:0] size;  // 0: one byte, 1: two, 2: four
  logic [7:0] lanes;
  logic crosses;
  logic [63:0] store_words;
  logic [63:0] load_words;
  logic [31:0] load_data;
  logic [31:0] unused_high;
  assign size = decoded.funct3[1:0];
  assign lanes = (size == 2'd0 ? 8'h01 : size == 2'd1 ? 8'h03 : 8'h0f) << address_q[1:0];
  assign crosses = lanes[7:4] != 4'd0;
  assign store_words = {32'b0, rs2} << {address_q[1:0], 3'b0};
  assign load_words = state_q == StateSecond ? {bus_data_i, first_word_q} : {32'b0, bus_data_i};
  assign {unused_high, load_data} = load_words >> {address_q[1:0], 3'b0};
  logic [31:0] loaded;
  always_comb begin
    unique case (decoded.funct3)
      3'b000: loaded = {{24{load_data[7]}}, load_data[7:0]};
      3'b001: loaded = {{16{load_data[15]}}, load_data[15:0]};
      3'b100: loaded = {24'b0, load_data[7:0]};
      3'b101: loaded = {16'b0, load_data[15:0]};
      default: loaded = load_data;
    endcase
  end

  logic is_store;
  assign is_store = decoded.kind == mcu_pkg::KindStore;
  assign bus_valid_o = (state_q == StateFetch && (asked_q || !interrupt)) || state_q == StateAccess
                       || state_q == StateSecond;
  assign bus_write_o = state_q != StateFetch && is_store;
  always_comb begin
    unique case (state_q)
      StateAccess: bus_word_o = address_q[31:2];
      StateSecond: bus_word_o = address_q[31:2] + 30'd1;
      default: bus_word_o = pc_q[31:2];
    endcase
  end
  assign bus_data_o = state_q == StateSecond ? store_words[63:32] : store_words[31:0];
  assign bus_strobe_o = state_q == StateSecond ? lanes[7:4] : lanes[3:0];

  // ---- what happens in this clock ----
  state_t state_d;
  logic [31:0] pc_d;
  always_comb begin
    state_d = state_q;
    pc_d = pc_q;
    write_register = 1'b0;
    write_data = result;
    csr_write = 1'b0;
    returns = 1'b0;
    retire = 1'b0;
    trap = 1'b0;
    trap_cause = mcu_pkg::CauseIllegal;
    trap_value = '0;
    unique case (state_q)
      StateFetch: begin
        if (!asked_q && interrupt) begin
          trap = 1'b1;
          trap_cause = interrupt_cause;
        end else if (bus_ready_i) begin
          state_d = StateRead;
          if (bus_error_i) begin
            trap = 1'b1;
            trap_cause = mcu_pkg::CauseFetchFault;
            trap_value = pc_q;
          end
        end
      end
      StateRead: state_d = StateExecute;
      StateExecute: begin
        state_d = StateFetch;
        pc_d = pc_next;
        retire = 1'b1;
        unique case (decoded.kind)
          mcu_pkg::KindAlu: write_register = 1'b1;
          mcu_pkg::KindJump, mcu_pkg::KindBranch: begin
            write_register = decoded.kind == mcu_pkg::KindJump;
            write_data = pc_next;
            if (decoded.kind == mcu_pkg::KindJump || taken) begin
              pc_d = target;
              if (target[1]) begin
                write_register = 1'b0;
                trap = 1'b1;
                trap_cause = mcu_pkg::CauseFetchMisaligned;
                trap_value = target;
              end
            end
          end
          mcu_pkg::KindLoad, mcu_pkg::KindStore: begin
            state_d = StateAccess;
            pc_d = pc_q;
            retire = 1'b0;
          end
          mcu_pkg::KindCsr: begin
            write_data = csr_read;
            if (!csr_exists || (csr_changes && instruction_q[31:30] == 2'b11)) begin
              trap = 1'b1;
              trap_value = instruction_q;
            end else begin
              write_register = 1'b1;
              csr_write = csr_changes;
            end
          end
          mcu_pkg::KindCall: begin
            trap = 1'b1;
            trap_cause = mcu_pkg::CauseCall;
          end
          mcu_pkg::KindBreak: begin
            trap = 1'b1;
            trap_cause = mcu_pkg::CauseBreakpoint;
            trap_value = pc_q;
          end
          mcu_pkg::KindReturn: begin
            returns = 1'b1;
            pc_d = return_pc;
          end
          mcu_pkg::KindWait: state_d = StateWait;
          mcu_pkg::KindNothing: ;
          default: begin
            trap = 1'b1;
            trap_value = instruction_q;
          end
        endcase
      end
      StateAccess, StateSecond: begin
        if (bus_ready_i) begin
          if (bus_error_i) begin
            trap = 1'b1;
            trap_cause = is_store ? mcu_pkg::CauseStoreFault : mcu_pkg::CauseLoadFault;
            trap_value = address_q;
          end else if (state_q == StateAccess && crosses) begin
            state_d = StateSecond;
          end else begin
            state_d = StateFetch;
            pc_d = pc_next;
            retire = 1'b1;
            write_register = !is_store;
            write_data = loaded;
          end
        end
      end
      default: if (wakes || wait_q == '1) state_d = StateFetch;  // StateWait
    endcase
    if (trap) begin
      state_d = StateFetch;
      pc_d = trap_target;
      retire = 1'b0;
    end
  end

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      state_q <= StateFetch;
      asked_q <= 1'b0;
      pc_q <= ResetPc;
      wait_q <= '0;
    end else begin
      state_q <= state_d;
      pc_q <= pc_d;
      asked_q <= state_q == StateFetch && bus_valid_o && !bus_ready_i;
      wait_q <= state_q == StateWait ? wait_q + 1'b1 : '0;
    end
    if (state_q == StateFetch && bus_ready_i) instruction_q <= bus_data_i;
    if (state_q == StateExecute) address_q <= result;
    if (state_q == StateAccess && bus_ready_i) first_word_q <= bus_data_i;
  end

  assign waiting_o = state_q == StateWait;
  assign retire_o = retire;
  assign trap_o = trap;
  assign trap_cause_o = trap_cause;
  assign retire_pc_o = pc_q;
  assign retire_instruction_o = instruction_q;
  assign retire_write_o = write_register;
  assign retire_data_o = write_data;

`ifndef SYNTHESIS
  logic was_valid_q;
  logic [66:0] was_q;
  always_ff @(posedge clk_i) begin
    was_valid_q <= rst_ni && bus_valid_o && !bus_ready_i;
    was_q <= {bus_write_o, bus_word_o, bus_strobe_o, bus_data_o};
    if (rst_ni) begin
      if (was_valid_q) begin
        assert (bus_valid_o && bus_word_o == was_q[65:36] && bus_write_o == was_q[66]);
        assert (!bus_write_o || was_q[35:0] == {bus_strobe_o, bus_data_o});
      end
      assert (!(retire && trap));
      assert (pc_q[1:0] == 2'b00);
    end
  end
`endif
endmodule
