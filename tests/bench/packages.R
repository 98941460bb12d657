# packages.R REPOSITORY NAME...: installs what is not there.
args <- commandArgs(TRUE)
if (nzchar(args[1])) options(repos = c(CRAN = args[1]))
packages <- args[-1]
lacking <- function() setdiff(packages, rownames(installed.packages()))
if (length(lacking())) install.packages(lacking(), Ncpus = 2)
if (length(lacking())) stop("not installed: ", toString(lacking()))
