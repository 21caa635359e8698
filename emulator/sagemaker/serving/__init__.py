"""Model servers: the process that answers /ping and /invocations, and the pool that starts and reuses them."""
