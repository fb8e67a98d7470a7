import Glibc

/// Lets this process open as many files and sockets as it may without asking anybody: the hard limit (setrlimit(2)). The soft one is
/// 1,024 for the sake of select(2), which nothing here uses.
///
/// - Returns: how many that is.
package func raiseFileLimit() -> Int {
    var limit = rlimit()
    guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return 1024 }
    let wanted = rlimit(rlim_cur: limit.rlim_max, rlim_max: limit.rlim_max)
    var raised = wanted
    if setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &raised) != 0 { raised = limit }
    return Int(clamping: raised.rlim_cur)
}
