library(foreach)
rcluster::registerRCluster("jobs")
while (getDoParWorkers() < 2) Sys.sleep(0.2)

one_by_one <- list(chunk = 1)
many <- foreach(i = 1:1000, .combine = c, .options.rcluster = one_by_one) %dopar% i
stopifnot(identical(many, 1:1000))

large <- foreach(i = 1:2, .combine = c) %dopar% length(raw(2e7))
stopifnot(identical(large, c(20000000L, 20000000L)))

flag <- tempfile()
killed <- foreach(i = 1:4, .combine = c, .options.rcluster = one_by_one) %dopar% {
  if (i == 2 && !file.exists(flag)) {
    file.create(flag)
    tools::pskill(Sys.getpid(), tools::SIGKILL)
  }
  i
}
stopifnot(identical(killed, 1:4))
cat("all right\n")
