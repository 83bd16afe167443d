"""E-mail: by SMTP, with bounces coming back to addresses of ours."""
