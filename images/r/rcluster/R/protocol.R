# Coordinators and workers of one queue have to speak the same protocol.

protocol <- "2"

check_protocol <- function(con, queue) {
  name <- key(queue, "protocol")
  redis_call(con, list(c("SET", name, protocol, "NX")))
  theirs <- rawToChar(redis_call(con, list(c("GET", name))))
  if (!identical(theirs, protocol)) {
    stop(sprintf(
      paste(
        "queue '%s' speaks protocol %s of rcluster, this R's version %s speaks",
        "%s: install the version that the cluster has"
      ),
      queue, theirs, utils::packageVersion("rcluster"), protocol
    ), call. = FALSE)
  }
}
