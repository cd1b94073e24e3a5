// From a hash to one place in every bank: after mixing (flow_mix), place b is first + b * second, by double hashing
// (Mitzenmacher and Thaler, "Peeling arguments and double hashing", 2012: cuckoo hashing fills as well with it).
//
// The last bank, the annex, is smaller and takes the high bits of its sum. Combinational: three LUT levels and one or
// two short adders.
module flow_index #(
  parameter int unsigned HashBits  = 40,  // at least 2 * IndexBits
  parameter int unsigned Banks     = 5,   // with the annex, at most 8
  parameter int unsigned IndexBits = 14,
  parameter int unsigned AnnexBits = 11   // at most IndexBits
) (
  input  logic [HashBits-1:0]        hash_i,
  output logic [Banks*IndexBits-1:0] index_o  // bank b at [b*IndexBits+:IndexBits]
);
  logic [HashBits-1:0] mixed;
  logic [IndexBits-1:0] first;
  logic [IndexBits-1:0] second;
  flow_mix #(.Width(HashBits)) u_mix (.data_i(hash_i), .data_o(mixed));
  assign first = mixed[IndexBits-1:0];
  assign second = mixed[2*IndexBits-1:IndexBits];

  always_comb begin
    index_o = '0;
    for (int b = 0; b < Banks; b = b + 1) begin
      index_o[b*IndexBits+:IndexBits] = first;
      for (int bit_of_b = 0; bit_of_b < 3; bit_of_b = bit_of_b + 1) begin  // shifts: a product would take a DSP
        if (((b >> bit_of_b) & 1) == 1) begin
          index_o[b*IndexBits+:IndexBits] = index_o[b*IndexBits+:IndexBits] + (second << bit_of_b);
        end
      end
    end
    index_o[(Banks-1)*IndexBits+:IndexBits] =
        index_o[(Banks-1)*IndexBits+:IndexBits] >> (IndexBits - AnnexBits);
  end

  if (AnnexBits > IndexBits || Banks > 8 || HashBits < 2 * IndexBits) begin : g_illegal
    $fatal(1, "flow_index: at most eight banks, the annex not larger than another, and hash enough for two places");
  end

  logic unused;
  assign unused = &{1'b0, mixed};
endmodule
