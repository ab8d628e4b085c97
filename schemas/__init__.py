"""The contract: what a workbook may say, which rules apply, and what the outputs hold. Imports no other layer."""
