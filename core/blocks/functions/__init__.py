"""SQL functions over blocks: which rows count, their groups, and figures of them."""
