"""Whether methods that know more about genes are those that other scores put first."""
