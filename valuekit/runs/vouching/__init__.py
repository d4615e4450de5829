"""Who vouches for a run: keys, signatures, approvals, the parameter register, the chain."""
