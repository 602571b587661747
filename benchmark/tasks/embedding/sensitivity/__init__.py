"""How every metric answers when a good embedding is ruined step by step."""
