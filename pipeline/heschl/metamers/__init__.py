"""Model metamers: sounds that a layer of a network cannot tell from a natural one."""
