#' rcluster: parallel foreach on a Redis queue that loses nothing
#'
#' [registerRCluster()] makes `foreach(...) %dopar% ...` run on the workers of a
#' queue, [worker()] starts a worker, [rcluster_map()] applies a function
#' without foreach, and [cluster_info()] tells what goes on.
#'
#' @keywords internal
#' @useDynLib rcluster, .registration = TRUE
#' @importFrom methods new
#' @importFrom stats runif setNames
"_PACKAGE"
