"""Studies: questions that take more than one plain run to answer."""
