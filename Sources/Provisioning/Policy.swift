import DHCPMessages
import Packets
import SIPMessages
import VendorCatalogue

/// All that a decision rests on, at one moment: configuration, catalogue, and the names in the file tree. Immutable, and shared by all who
/// decide; the daemon puts a new one in its place when any of the three changes.
package final class Policy: Sendable {
    package let settings: Settings
    package let catalogue: Catalogue
    package let tree: TreeSnapshot
    /// The schemes that bellhop itself serves, and where, the usual place first.
    package let servedPorts: [URLScheme: [UInt16]]
    /// How URLs of the schemes begin that are served at another port than their own, and that port.
    let movedSchemes: [(start: String, port: UInt16)]
    /// The passwords of phones.
    package let logins: LoginBook
    /// Makes SIP tags and branches that nobody else can guess; zero gives the same bytes every time.
    package let secret: UInt64
    let toldURLs = ToldURLs()
    let answered = AnsweredQuestions()
    let fileQuestions = FileQuestions()

    package convenience init(settings: Settings, catalogue: Catalogue, tree: TreeSnapshot, secret: UInt64 = 0) {
        var ports: [URLScheme: [UInt16]] = [.http: [settings.httpPort]]
        ports[.https] = settings.https?.ports
        if settings.tftp.answer == .on { ports[.tftp] = [settings.tftp.port] }
        ports[.ftp] = settings.ftp.map { [$0.port] }
        self.init(settings, catalogue, tree, servedPorts: ports, LoginBook(settings, catalogue), secret)
    }

    private init(
        _ settings: Settings, _ catalogue: Catalogue, _ tree: TreeSnapshot, servedPorts: [URLScheme: [UInt16]],
        _ logins: LoginBook, _ secret: UInt64
    ) {
        self.settings = settings
        self.catalogue = catalogue
        self.tree = tree
        self.servedPorts = servedPorts
        movedSchemes = servedPorts.compactMap { scheme, ports in
            ports.first.flatMap { $0 == scheme.defaultPort ? nil : ("\(scheme.rawValue)://", $0) }
        }
        self.logins = logins
        self.secret = secret
    }

    /// The same with another tree.
    package func with(tree: TreeSnapshot) -> Policy {
        Policy(settings, catalogue, tree, servedPorts: servedPorts, logins, secret)
    }

    /// The same where bellhop serves a scheme at other ports, or does not.
    package func serving(_ scheme: URLScheme, at ports: [UInt16]?) -> Policy {
        var served = servedPorts
        served[scheme] = ports
        return Policy(settings, catalogue, tree, servedPorts: served, logins, secret)
    }

    /// The same with another configuration and catalogue, served where this one is.
    package func with(_ settings: Settings, _ catalogue: Catalogue) -> Policy {
        Policy(settings, catalogue, tree, servedPorts: servedPorts, LoginBook(settings, catalogue), secret)
    }

    /// The one function that everybody asks: daemon, `explain`, `replay`, tests and fuzzers.
    ///
    /// - Parameters:
    ///   - request: what was heard.
    ///   - link: where it was heard.
    ///   - now: when.
    ///   - learnt: what earlier requests told of this device, where anything did.
    ///   - identity: who it is, for a caller that knows more than the request says; else the request is weighed.
    ///   - leases: the book of the interface, where it may give addresses; `nil` where it may not.
    ///   - limits: how often devices may ask there; `nil` for as often as they like.
    package func decide(
        _ request: Request, on link: Link, at now: Moment, learnt: LearntDevice? = nil, as identity: Identity? = nil,
        leases: inout LeaseBook?, limits: inout RequestLimits?
    ) -> Decision {
        if let silence = addressing(request.frame, on: link) {
            return Decision(kind: request.kind, identity: Identity(mac: request.mac(on: link)), outcome: .ignore(silence))
        }
        let mayBeAnswered = identity == nil && mayBeAnswered(request.messageType)
        if mayBeAnswered, let earlier = answered.earlier(request.frame, on: link, learnt: learnt) {
            var decision = earlier.decision
            if decide(request, as: earlier, at: now, &decision, leases: &leases, limits: &limits) {
                complete(&decision, request)
                return decision
            }
        }
        var decision =
            switch request.content {
            case .dhcp(let message):
                decide(
                    message, in: request, on: link, at: now, learnt: learnt, as: identity, leases: &leases, limits: &limits,
                    isKept: mayBeAnswered)
            case .subscribe(let subscribe): decide(subscribe, in: request, on: link, learnt: learnt, as: identity)
            case .otherSIP(_, let fault):
                Decision(
                    kind: request.kind, identity: Identity(mac: request.mac(on: link)), outcome: .ignore(.sip(fault.sentence)))
            }
        complete(&decision, request)
        return decision
    }

    /// What is said of every decision.
    private func complete(_ decision: inout Decision, _ request: Request) {
        decision.arrival = decision.identity.mac.flatMap(request.arrival)
        decision.isFromStranger = decision.silence != nil && isStranger(decision.identity)
    }

    package func decide(
        _ request: Request, on link: Link, at now: Moment, learnt: LearntDevice? = nil, as identity: Identity? = nil
    ) -> Decision {
        var (leases, limits): (LeaseBook?, RequestLimits?) = (nil, nil)
        return decide(request, on: link, at: now, learnt: learnt, as: identity, leases: &leases, limits: &limits)
    }

    /// Reads a frame and decides; `learnt` is asked once the device's address is known.
    package func decide(
        frame bytes: ArraySlice<UInt8>, on link: Link, at now: Moment, learnt: (MACAddress) -> LearntDevice? = { _ in nil },
        as identity: Identity? = nil
    ) -> Decision {
        do {
            let request = try Request(reading: bytes, sipPorts: settings.pnp.ports)
            return decide(request, on: link, at: now, learnt: request.mac(on: link).flatMap(learnt), as: identity)
        } catch {
            return Decision(kind: error.kind, identity: identity ?? Identity(mac: error.mac), outcome: .ignore(error.silence))
        }
    }

    private func isStranger(_ identity: Identity) -> Bool {
        !identity.isRecognised && identity.mac.map { settings.devices[$0] == nil } ?? true
    }

    /// Whether nothing is known of a device by its address and what was learnt of it.
    package func isStranger(_ mac: MACAddress?, learnt: LearntDevice?) -> Bool {
        learnt?.familyID == nil && isStranger(Identity(mac: mac))
    }

    /// Is the frame meant for us at all? A promiscuous interface also hears what goes to others.
    private func addressing(_ frame: UDPFrame, on link: Link) -> Silence? {
        if let own = link.mac, frame.sourceMAC == own { return .ownFrame }
        if link.isOwn(frame.source) { return .ownFrame }
        if let own = link.mac, !frame.destinationMAC.isGroup, frame.destinationMAC != own { return .addressedElsewhere }
        let destination = frame.destination
        if destination == .broadcast || link.networks.isEmpty || link.isOwn(destination) { return nil }
        if link.networks.contains(where: { $0.broadcast == destination }) { return nil }
        let isGroup = settings.pnp.listeners.contains(PnPListener(group: destination, port: frame.destinationPort))
        return isGroup ? nil : .addressedElsewhere
    }
}
