"""All the SQL there is."""
