// The management core: RV32I with its memory, timer, mailbox and the card's control bus.
//
//   0x0000_0000  1 KiB    boot ROM            0x1000_0000  4 KiB   mailbox (mcu_mailbox)
//   0x0200_0000  64 KiB   timer (mcu_timer)   0x4000_0000  64 KiB  the card's registers
//   0x8000_0000  RamBytes memory              elsewhere            access fault
//
// run_i clear holds the core in reset; its memory is loaded then. Control bus: control_valid_o stays until
// control_ready_i, which brings data and error; writes are of whole words, others fault. ticks of tick_i are mtime.
// trace_* tells of every instruction and trap, for waves, crash dumps and the benches.
module mcu #(
  parameter  int unsigned RamBytes    = 131072,  // a power of two
  localparam int unsigned RamWords    = RamBytes / 4,
  localparam int unsigned RamWordBits = $clog2(RamWords)
) (
  input  logic                   clk_i,
  input  logic                   rst_ni,
  input  logic                   run_i,
  input  logic                   tick_i,
  input  logic                   load_i,
  input  logic [RamWordBits-1:0] load_word_i,
  input  logic [31:0]            load_data_i,
  input  logic                   mailbox_write_i,
  input  logic [7:0]             mailbox_word_i,
  input  logic [31:0]            mailbox_data_i,
  input  logic                   mailbox_ring_i,
  output logic                   mailbox_busy_o,
  input  logic                   mailbox_read_i,
  input  logic [7:0]             mailbox_read_word_i,
  output logic [31:0]            mailbox_read_data_o,
  input  logic                   interrupt_i,       // of the card
  output logic                   control_valid_o,
  output logic                   control_write_o,
  output logic [15:0]            control_address_o,
  output logic [31:0]            control_data_o,
  input  logic                   control_ready_i,
  input  logic [31:0]            control_data_i,
  input  logic                   control_error_i,
  output logic                   waiting_o,
  output logic                   trace_retire_o,
  output logic                   trace_trap_o,
  output logic [31:0]            trace_cause_o,     // of a trap
  output logic [31:0]            trace_pc_o,
  output logic [31:0]            trace_instruction_o,
  output logic                   trace_write_o,
  output logic [31:0]            trace_data_o,
  output logic                   trace_store_o,     // a word or a part of it goes to memory
  output logic [31:0]            trace_store_address_o,
  output logic [3:0]             trace_store_strobe_o,
  output logic [31:0]            trace_store_data_o
);
  if ((RamBytes & (RamBytes - 1)) != 0 || RamBytes < 4096) begin : gen_illegal
    $fatal(1, "RamBytes: a power of two from 4096 on");
  end

  logic core_rst_n;
  assign core_rst_n = rst_ni && run_i;
  logic valid;
  logic write;
  logic [29:0] word;
  logic [31:0] data;
  logic [3:0] strobe;
  logic ready;
  logic [31:0] answer;
  logic error;
  logic software;
  logic timer;
  logic mailbox_interrupt;
  logic [63:0] now;
  mcu_core u_core (
    .clk_i, .rst_ni(core_rst_n), .bus_valid_o(valid), .bus_write_o(write), .bus_word_o(word), .bus_data_o(data),
    .bus_strobe_o(strobe), .bus_ready_i(ready), .bus_data_i(answer), .bus_error_i(error), .software_i(software),
    .timer_i(timer), .external_i(mailbox_interrupt || interrupt_i), .time_i(now), .waiting_o,
    .retire_o(trace_retire_o), .trap_o(trace_trap_o), .trap_cause_o(trace_cause_o),
    .retire_pc_o(trace_pc_o), .retire_instruction_o(trace_instruction_o), .retire_write_o(trace_write_o),
    .retire_data_o(trace_data_o)
  );

  // ---- who is asked ----
  logic is_rom;
  logic is_timer;
  logic is_mailbox;
  logic is_control;
  logic is_ram;
  assign is_rom = word[29:8] == '0 && !write;
  assign is_timer = word[29:14] == 16'h0200;
  assign is_mailbox = word[29:10] == 20'h10000;
  assign is_control = word[29:14] == 16'h4000 && (!write || strobe == 4'hf);
  assign is_ram = word[29] && word[28:RamWordBits] == '0;

  // All but the control bus answer in the second clock.
  logic second_q;
  logic [31:0] timer_data;
  logic timer_error;
  logic [31:0] timer_data_q;
  logic fault_q;
  logic [31:0] rom_data;
  logic [31:0] ram_data;
  logic [31:0] mailbox_data;
  logic mailbox_error;
  logic first;
  logic [3:0] writes;
  assign first = valid && !second_q;
  assign writes = write ? strobe : 4'h0;
  assign ready = is_control ? control_ready_i : second_q;
  assign error = is_control ? control_error_i : fault_q;
  always_comb begin
    answer = '0;
    if (is_control) answer = control_data_i;
    else if (is_rom) answer = rom_data;
    else if (is_timer) answer = timer_data_q;
    else if (is_mailbox) answer = mailbox_data;
    else if (is_ram) answer = ram_data;
  end
  always_ff @(posedge clk_i) begin
    if (!core_rst_n) second_q <= 1'b0;
    else second_q <= first && !is_control;
    fault_q <= !(is_rom || is_ram || (is_timer && !timer_error) || (is_mailbox && !mailbox_error));
    timer_data_q <= timer_data;
  end

  mcu_boot_rom u_rom (.clk_i, .word_i(word[7:0]), .data_o(rom_data));
  mcu_ram #(.Words(RamWords)) u_ram (
    .clk_i, .valid_i(first && is_ram), .write_i(writes), .word_i(word[RamWordBits-1:0]), .data_i(data),
    .data_o(ram_data), .load_i, .load_word_i, .load_data_i
  );
  mcu_timer u_timer (
    .clk_i, .rst_ni(core_rst_n), .tick_i, .valid_i(first && is_timer), .write_i(writes),
    .offset_i({word[13:0], 2'b00}), .data_i(data), .data_o(timer_data), .error_o(timer_error), .time_o(now),
    .software_o(software), .timer_o(timer)
  );
  mcu_mailbox u_mailbox (
    .clk_i, .rst_ni(core_rst_n), .host_write_i(mailbox_write_i), .host_word_i(mailbox_word_i),
    .host_data_i(mailbox_data_i), .ring_i(mailbox_ring_i), .busy_o(mailbox_busy_o), .host_read_i(mailbox_read_i),
    .host_read_word_i(mailbox_read_word_i), .host_read_data_o(mailbox_read_data_o), .valid_i(first && is_mailbox),
    .write_i(write), .offset_i({word[9:0], 2'b00}), .data_i(data), .data_o(mailbox_data), .error_o(mailbox_error),
    .interrupt_o(mailbox_interrupt)
  );
  assign control_valid_o = valid && is_control;
  assign control_write_o = write;
  assign control_address_o = {word[13:0], 2'b00};
  assign control_data_o = data;

  assign trace_store_o = first && is_ram && write;
  assign trace_store_address_o = {word, 2'b00};
  assign trace_store_strobe_o = strobe;
  assign trace_store_data_o = data;
endmodule
