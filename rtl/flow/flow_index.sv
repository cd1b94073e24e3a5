// From a hash to one place in every bank: place b is first + b * second, by double hashing (Mitzenmacher and Thaler,
// "Peeling arguments and double hashing", 2012: the thresholds of cuckoo hashing stay what they are).
//
// The last bank, the annex, is smaller and takes the high bits of its sum. Combinational: one short adder a bank.
module flow_index #(
  parameter int unsigned Banks     = 5,   // with the annex
  parameter int unsigned IndexBits = 14,
  parameter int unsigned AnnexBits = 11   // at most IndexBits
) (
  input  logic [2*IndexBits-1:0]     hash_i,
  output logic [Banks*IndexBits-1:0] index_o  // bank b at [b*IndexBits+:IndexBits]
);
  always_comb begin
    index_o = '0;
    for (int b = 0; b < Banks; b = b + 1) begin
      index_o[b*IndexBits+:IndexBits] =
          hash_i[IndexBits-1:0] + IndexBits'(b * hash_i[2*IndexBits-1:IndexBits]);
    end
    index_o[(Banks-1)*IndexBits+:IndexBits] =
        index_o[(Banks-1)*IndexBits+:IndexBits] >> (IndexBits - AnnexBits);
  end

  if (AnnexBits > IndexBits) begin : g_illegal
    $fatal(1, "flow_index: the annex is not larger than a bank");
  end
endmodule
