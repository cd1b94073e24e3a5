// Which record in flight holds a byte. Combinational: all slots are compared at once.
//
// Slot s begins at begin_i[32*s +: 32] and has size_i[16*s +: 16] bytes; the count_i slots from head_i on are in
// use, in order, without gaps between records. REQUIRES for slot_o: the byte lies in one of them (found_o).
module record_find #(
  parameter  int unsigned Slots    = 8,            // a power of two, at least 2
  localparam int unsigned SlotBits = $clog2(Slots)
) (
  input  logic [32*Slots-1:0] begin_i,
  input  logic [16*Slots-1:0] size_i,
  input  logic [SlotBits-1:0] head_i,
  input  logic [SlotBits:0]   count_i,
  input  logic [31:0]         sequence_i,
  output logic                found_o,
  output logic [SlotBits-1:0] slot_o
);
  logic [Slots-1:0] holds;
  logic [31:0] distance;
  logic [SlotBits-1:0] age;
  always_comb begin
    holds = '0;
    slot_o = '0;
    distance = '0;
    age = '0;
    for (int unsigned s = 0; s < Slots; s++) begin
      // A byte before the record is far away as an unsigned number.
      distance = sequence_i - begin_i[32*s +: 32];
      age = SlotBits'(s) - head_i;
      holds[s] = (SlotBits + 1)'(age) < count_i && distance < 32'(size_i[16*s +: 16]);
      if (holds[s]) slot_o = SlotBits'(s);
    end
  end
  assign found_o = |holds;
endmodule
