"""Charts as pictures of plain shapes: panels over years, cascades, points in a plane, shares."""
