# The parts of rcluster that this package is made of.

from_rcluster <- function(name) getFromNamespace(name, "rcluster")

redis_endpoint <- function(...) from_rcluster("redis_endpoint")(...)

redis_connect <- function(endpoint) from_rcluster("redis_connect")(endpoint)

redis_call <- function(con, command) from_rcluster("redis_call")(con, command)

queue_demand <- function(con, queue) from_rcluster("queue_demand")(con, queue)

queue_key <- function(queue, name, job = "") {
  from_rcluster("key")(queue, name, job)
}

run_foreach <- function(...) from_rcluster("run_foreach")(...)

foreach_info <- function(...) from_rcluster("foreach_info")(...)
