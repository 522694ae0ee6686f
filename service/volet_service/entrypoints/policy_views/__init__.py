"""What `volet policy` shows of a table: one decision step by step, who may open what, the matrix, lint, differences."""
