"""The templates of documents that come with Daypass, one YAML file each."""
