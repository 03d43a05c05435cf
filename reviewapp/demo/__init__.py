"""A demo shop from real data, a storefront, a mailbox and a clock to move; development only."""
