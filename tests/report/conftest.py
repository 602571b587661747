"""Being here, this file lets the tests in the folders below import `report_cells`."""
