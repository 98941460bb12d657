#' Programs written for doRedis, run by rcluster
#'
#' The functions of the doRedis package with the same arguments. Loops run on
#' the queue of rcluster: results count exactly once, whatever dies.
#'
#' What is different:
#' * Where no host, port or password is given, the environment's are used: see
#'   [registerDoRedis()].
#' * Random numbers are those of doRNG: `set.seed()` before the loop decides all
#'   of them. A function `set.seed.worker` that is exported is still called
#'   before each iteration.
#' * Dead workers are noticed within seconds, so that [setFtinterval()] has no
#'   effect.
#' * Workers of the doRedis package of CRAN serve only loops that ask for them:
#'   see `stock` of [registerDoRedis()].
#' * [removeQueue()] ends the workers that [startLocalWorkers()] and
#'   [redisWorker()] started, not those of a cluster.
#'
#' @keywords internal
#' @import foreach
#' @import iterators
#' @importFrom rcluster registerRCluster
#' @importFrom utils getFromNamespace packageVersion setTxtProgressBar
#'   txtProgressBar
"_PACKAGE"
