"""Recordings from where they are: folders, SFTP and S3, exports of telephone systems."""
