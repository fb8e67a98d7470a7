import CCapNG
import CLinux
import Glibc

/// Who this process is, and what it may do (capabilities(7)).
package enum Privileges {
    /// An account of this system.
    package struct Account: Sendable {
        package let name: String
        let user: uid_t
        let group: gid_t

        /// `nil` where there is none of this name.
        package init?(_ name: String) {
            guard let entry = getpwnam(name)?.pointee else { return nil }
            self.name = name
            user = entry.pw_uid
            group = entry.pw_gid
        }
    }

    package static var isRoot: Bool { geteuid() == 0 }

    /// Becomes this account for good. What is left of root's rights is to hear and send frames (CAP_NET_RAW) and to open ports below 1024
    /// (CAP_NET_BIND_SERVICE); no program that is executed later can have more.
    ///
    /// To be called before any other thread is: capabilities are a thread's.
    package static func become(_ account: Account) throws(SystemError) {
        capng_clear(CAPNG_SELECT_BOTH)
        let kept = capng_type_t(rawValue: CAPNG_EFFECTIVE.rawValue | CAPNG_PERMITTED.rawValue)
        for capability in [CAP_NET_RAW, CAP_NET_BIND_SERVICE] { capng_update(CAPNG_ADD, kept, UInt32(capability)) }
        let flags = capng_flags_t(rawValue: CAPNG_INIT_SUPP_GRP.rawValue | CAPNG_CLEAR_BOUNDING.rawValue)
        guard capng_change_id(Int32(account.user), Int32(account.group), flags) == 0, bellhop_take_no_new_privileges() == 0 else {
            throw SystemError(call: "capng_change_id", errno: errno, what: "becoming \(account.name)")
        }
    }
}
