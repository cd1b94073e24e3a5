// Cuts windows of 64 bytes at any byte position out of a stream of 64-byte beats: all alignment of this room.
//
// A command asks for a row of windows, each 64 bytes behind the one before. Byte 0 of a beat is in bits [7:0].
// A window draws on two beats at most; its bytes outside the beats start ... need are unspecified.
// A command may begin before beat 0 (negative start), and may begin in a beat that the one before ended in.
// window_valid_o is in the clock in which the window is cut (it waits for window_ready_i); its data come 2 clocks later
// and cannot be stopped any more.
module aead_gather #(
  parameter int unsigned Planes = 1  // streams of bytes that are cut alike
) (
  input  logic                  clk_i,
  input  logic                  rst_ni,
  input  logic                  clear_i,
  // beats
  input  logic                  beat_valid_i,
  output logic                  beat_ready_o,
  input  logic [512*Planes-1:0] beat_data_i,
  input  logic                  beat_last_i,   // the source ends here
  // commands; fields hold until done
  input  logic                  command_valid_i,
  output logic                  command_ready_o,  // done in this clock
  input  logic signed [15:0]    start_i,    // byte position in the source of the first window
  input  logic [8:0]            windows_i,  // may be 0 where finish_i is set
  input  logic [8:0]            need_i,     // index of the last beat with a byte that is wanted
  input  logic                  finish_i,   // the last command for this source: take beats up to its last
  input  logic                  forget_i,   // the source has no more beats than need_i; the next one begins at 0
  // windows
  output logic                  window_valid_o,
  input  logic                  window_ready_i,
  output logic [512*Planes-1:0] window_data_o
);
  localparam int unsigned Width = 512 * Planes;

  // Beats held: number loaded_q - 1 is newer, the one before it older.
  logic [9:0] loaded_q;
  logic ended_q;
  logic [Width-1:0] newer_q;
  logic [Width-1:0] older_q;
  logic [8:0] window_q;  // of the command, next to be cut

  // The window begins in beat `first`; it may reach into the beat behind it.
  logic signed [10:0] first;
  logic [5:0] turn;
  logic signed [11:0] second;
  assign first = 11'($signed(start_i[15:6])) + $signed({2'b00, window_q});
  assign turn = start_i[5:0];
  assign second = 12'(first) + 12'sd1;

  logic windows_left;
  logic signed [11:0] wanted;   // beat that the window cannot do without
  logic signed [11:0] allowed;  // beat that may be loaded now: nothing that a later command needs is pushed out
  logic signed [11:0] newest;
  logic load;
  logic signed [11:0] loaded;   // the newest beat after this clock's load
  logic ended;
  logic cut;
  logic last_window;
  assign windows_left = window_q != windows_i;
  assign wanted = second < $signed({3'b000, need_i}) ? second : $signed({3'b000, need_i});
  assign allowed = finish_i ? second : wanted;
  assign newest = $signed({2'b00, loaded_q}) - 12'sd1;
  assign beat_ready_o = command_valid_i && !ended_q && (newest < allowed || (!windows_left && finish_i));
  assign load = beat_valid_i && beat_ready_o;
  assign loaded = load ? newest + 12'sd1 : newest;
  assign ended = ended_q || (load && beat_last_i);
  assign window_valid_o = command_valid_i && windows_left && loaded >= wanted;
  assign cut = window_valid_o && window_ready_i;
  assign last_window = window_q + 9'd1 == windows_i;
  assign command_ready_o = command_valid_i && (cut ? last_window : !windows_left) && (!finish_i || ended);

  logic restart;
  assign restart = command_ready_o && (finish_i || forget_i);
  always_ff @(posedge clk_i) begin
    if (!rst_ni || clear_i) begin
      loaded_q <= '0;
      ended_q <= 1'b0;
      window_q <= '0;
    end else begin
      loaded_q <= restart ? '0 : 10'(loaded + 12'sd1);
      ended_q <= !restart && ended;
      if (command_ready_o) window_q <= '0;
      else if (cut) window_q <= window_q + 9'd1;
    end
    if (clear_i) begin
      newer_q <= '0;
      older_q <= '0;
    end else if (load) begin
      newer_q <= beat_data_i;
      older_q <= newer_q;
    end
  end

  // Byte j of a beat is taken from the window's second beat where j is below `turn`, from its first elsewhere; then the
  // beat is turned so that byte `turn` comes first.
  logic [Width-1:0] newer;
  logic [Width-1:0] older;
  logic [511:0] from_newer;
  logic [5:0] turn_q;
  assign newer = load ? beat_data_i : newer_q;
  assign older = load ? newer_q : older_q;
  assign from_newer = loaded == 12'(first) ? '1 : ~({512{1'b1}} << {turn, 3'd0});
  always_ff @(posedge clk_i) turn_q <= turn;
  for (genvar p = 0; p < Planes; p++) begin : g_plane
    logic [511:0] chosen_q;
    logic [511:0] turned_q;
    always_ff @(posedge clk_i) begin
      chosen_q <= (newer[512*p+:512] & from_newer) | (older[512*p+:512] & ~from_newer);
      turned_q <= 512'({chosen_q, chosen_q} >> {turn_q, 3'd0});
    end
    assign window_data_o[512*p+:512] = turned_q;
  end

`ifndef SYNTHESIS
  always_ff @(posedge clk_i) begin
    if (rst_ni && !clear_i && command_valid_i) begin
      assert (windows_left || finish_i);             // a command asks for something
      assert (!(load && ended_q));
    end
  end
`endif
endmodule
