"""E-mail out, over SMTP. Imports base only."""
