import Packets
import VendorCatalogue

/// How the phones of one maker boot once they have their address: which files they ask for, what they make of each, when they come
/// again. Values without clock or socket; what a phone keeps while it is switched off is kept in here.
protocol PhoneSystem: Sendable {
    /// The ways in which it looks for its address when it is switched on, in order, by its settings; none where they have it look for
    /// none.
    /// - Parameter usual: those of its family, or the user's.
    func ways(_ usual: [PhoneModel.Discovery]) -> [WayToAddress]
    /// The files that one visit begins with.
    /// - Parameter told: the address as DHCP or PnP gave it.
    mutating func visit(_ told: ToldURL, _ reason: VisitReason) -> [ToldURL]
    /// What follows from a file that came.
    mutating func read(_ file: ToldURL, _ text: String) -> Finding
    /// What follows from one that did not.
    mutating func missed(_ file: ToldURL) -> Finding
    /// Whom it says it is, where the server asks.
    func login(for file: ToldURL) -> Login?
    /// When it comes again of its own accord.
    var polling: Polling? { get }
    /// When it comes again after it was given nothing.
    var retry: RetryDelay? { get }
    /// What it does when it is told to come again.
    /// - Parameter event: as it stands in the NOTIFY.
    func heeds(_ event: String) -> Obedience
    /// Whether a request for this user of a SIP URI is for it.
    func isCalled(_ user: String?) -> Bool
}

/// Where a phone may have its address from.
enum WayToAddress: Hashable, Sendable {
    case discover(PhoneModel.Discovery)
    /// It was entered, or came with its settings.
    case entered(ToldURL)
}

/// Why a phone comes for its files.
enum VisitReason: String, Sendable {
    case boot, poll, retry
    case checkSync = "check-sync"
}

/// What a phone makes of one file.
struct Finding: Equatable, Sendable {
    /// It asks for these before anything else.
    var next: [ToldURL] = []
    var remarks: [String] = []
    /// It starts anew at once, as after a change of its firmware.
    var restarts = false
}

enum Obedience: Equatable, Sendable {
    /// It comes for its files, and goes on running.
    case visits
    case restarts
    /// It does nothing, and says nothing.
    case ignores
    case refuses(UInt16)
}

struct Login: Equatable, Sendable {
    let user: String
    let password: String
    /// Only these ways of HTTP; a phone that is set to Digest does not answer Basic.
    var isDigest = true
}

extension PhoneSystem {
    func ways(_ usual: [PhoneModel.Discovery]) -> [WayToAddress] { usual.map { .discover($0) } }
    mutating func read(_ file: ToldURL, _ text: String) -> Finding { Finding() }
    mutating func missed(_ file: ToldURL) -> Finding { Finding() }
    func login(for file: ToldURL) -> Login? { nil }
    var polling: Polling? { nil }
    var retry: RetryDelay? { nil }
    func heeds(_ event: String) -> Obedience { .restarts }
    func isCalled(_ user: String?) -> Bool { true }
}

extension SimulatedPhone {
    /// As it comes out of its box.
    var system: any PhoneSystem {
        switch family.id {
        case "alcatel-ot4135": OmniTouch4135(self)
        case "ale-dbid": ALEPhone(self)
        case "avaya-1200-sip": Avaya1200(self)
        case "snom-desk": SnomDeskPhone(self)
        case "spectralink-ipdect": SpectralinkServer(self)
        default: PlainPhone(self)
        }
    }
}

/// A phone of which nothing is known but the names of its files.
struct PlainPhone: PhoneSystem {
    private let phone: SimulatedPhone

    init(_ phone: SimulatedPhone) {
        self.phone = phone
    }

    mutating func visit(_ told: ToldURL, _ reason: VisitReason) -> [ToldURL] {
        told.isFile ? [told] : phone.fileNames.map { told.beside($0) }
    }

    var polling: Polling? { phone.family.polls.map { .every(seconds: Int($0)) } }
}
