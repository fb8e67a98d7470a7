import CLinux
import Glibc

/// How many files and sockets this process may have open at once (RLIMIT_NOFILE, getrlimit(2)).
package enum DescriptorLimit {
    /// Raises the limit as far as the administrator allows, and gives what it is then.
    @discardableResult
    package static func raise() -> Int {
        var limit = rlimit()
        let resource = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
        // Fails for no resource that exists; and then few is the safe guess.
        guard getrlimit(resource, &limit) == 0 else { return 256 }
        let before = limit.rlim_cur
        limit.rlim_cur = limit.rlim_max
        return Int(clamping: setrlimit(resource, &limit) == 0 ? limit.rlim_cur : before)
    }
}
