# One OpenBao node for compose.yaml, with its audit log. For anything but a trial, replace tls_disable with a
# certificate (tls_cert_file, tls_key_file), and run three nodes.

storage "raft" {
  path    = "/openbao/file"
  node_id = "openbao"
}

listener "tcp" {
  address     = "0.0.0.0:8200"
  tls_disable = true
}

api_addr     = "http://openbao:8200"
cluster_addr = "http://openbao:8201"

audit "file" "file" {
  options = { file_path = "/openbao/logs/audit.log" }
}
