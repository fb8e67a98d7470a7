import ConfigFiles
import Daemon
import FileTree
import LinuxSystem
import Packets
import Provisioning
import VendorCatalogue

/// The configuration that a command names, or the usual one.
func loadConfiguration(_ arguments: Arguments) throws(Exit) -> Configuration {
    do throws(SystemError) {
        return try Configuration.load(path: arguments.text("--config"), state: arguments.text("--state"))
    } catch {
        throw Exit(
            error.isPermissionDenied ? .notPermitted : .missingFile, "the configuration cannot be read: \(error.description)")
    }
}

/// As ``loadConfiguration(_:)``, refused with every mistake where it has any.
func loadSoundConfiguration(_ arguments: Arguments) throws(Exit) -> Configuration {
    let configuration = try loadConfiguration(arguments)
    guard configuration.problems.isEmpty else {
        let mistakes = configuration.problems.map { withoutCredentials($0.description) }.joined(separator: "\n")
        throw Exit(.wrongConfiguration, "the configuration is wrong\n\(mistakes)")
    }
    return configuration
}

/// The file tree, for a command that can do nothing without one.
func openTree(_ settings: Settings) throws(Exit) -> FileTree {
    do throws(SystemError) {
        return try FileTree(root: settings.root)
    } catch {
        throw Exit(error.isPermissionDenied ? .notPermitted : .missingFile, "the root cannot be opened: \(error.description)")
    }
}

/// What decisions rest on, without a daemon: the tree is read once, and is empty where there is none.
func loadPolicy(_ configuration: Configuration) -> Policy {
    let tree = try? FileTree(root: configuration.settings.root)
    return Policy(settings: configuration.settings, catalogue: configuration.catalogue, tree: tree?.snapshot ?? TreeSnapshot())
}

/// Where a command without a daemon answers from: the interface that is named, else the first that would be served, else an address
/// that stands for this machine. Its networks are left open, so that nothing is held against a phone of another network.
func chooseLink(_ arguments: Arguments, _ settings: Settings) throws(Exit) -> Link {
    if let text = arguments.text("--server") {
        guard let address = IPv4Address(text) else { throw Exit(.usage, "--server is \"\(text)\"; it must be an IPv4 address") }
        return Link(interface: arguments.text("--interface") ?? "capture", mac: nil, address: address)
    }
    let all = (try? NetworkInterface.all()) ?? []
    if let name = arguments.text("--interface") {
        guard let interface = all.first(where: { $0.name == name }), let address = interface.addresses.first?.address else {
            // A rule may ask for an interface that another machine has.
            return Link(interface: name, mac: nil, address: standIn)
        }
        return Link(interface: name, mac: nil, address: address)
    }
    guard let interface = InterfaceChoice.served(all, by: settings).first, let address = interface.addresses.first?.address else {
        return Link(interface: "none", mac: nil, address: standIn)
    }
    return Link(interface: interface.name, mac: nil, address: address)
}

/// The link with the networks that its interface has, where addresses are given on one of them; `nil` where none are.
func leasingLink(_ link: Link, _ settings: Settings) -> Link? {
    guard settings.dhcp.answer == .lease, let all = try? NetworkInterface.all(),
        let networks = all.first(where: { $0.name == link.interface })?.addresses,
        settings.dhcp.lease.network(of: networks) != nil
    else { return nil }
    var leasing = link
    leasing.networks = networks
    return leasing
}

/// A book in which every address is free a second after `start`, without a clock or a wire: then nobody has answered for one.
func freeBook(_ settings: Settings, on leasing: Link, from start: Moment) -> (book: LeaseBook, ready: Moment) {
    let ready = Moment(microseconds: start.microseconds &+ 1_000_000, steady: start.steady &+ 1_000_000_000)
    var book = LeaseBook(LeaseBook.Terms(settings, on: leasing), at: start)
    for moment in [start, ready] { _ = book.tend(at: moment) }
    return (book, ready)
}

/// This machine, and a phone that nobody has heard yet: from the block for documentation (RFC 5737).
let standIn = IPv4Address(192, 0, 2, 1)
let standInForPhone = IPv4Address(192, 0, 2, 100)
