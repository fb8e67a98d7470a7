import DHCPMessages
import LinuxSystem
import Packets
import VendorCatalogue

/// Why a load could not be played, as a sentence.
struct LoadFault: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) {
        self.description = description
    }
}

/// Many phones of one family that ask as fast as they are answered, so that servers can be compared.
///
/// The phones' hardware addresses follow each other from the first one's, and their addresses the interface's own: a server that answers
/// through its kernel needs this host to own those too (`ip route add local NETWORK dev lo`).
struct Load {
    private let kind: LoadOptions.Kind
    private let phones: [SimulatedPhone]
    private let interface: NetworkInterface
    private let options: SimulatorOptions

    init(_ kind: LoadOptions.Kind, like first: SimulatedPhone, on interface: NetworkInterface, _ options: SimulatorOptions) {
        self.kind = kind
        self.interface = interface
        self.options = options
        // A NOTIFY goes where the SUBSCRIBE came from, and they share a socket.
        let sharesAddress = kind == .pnp
        phones = (0..<options.load.phones).map { number in
            SimulatedPhone(
                first.family, manner: first.manner, mac: MACAddress(bits: first.mac.bits &+ UInt64(number)), model: first.model,
                address: IPv4Address(bits: first.address.bits &+ (sharesAddress ? 0 : UInt32(number))))
        }
    }

    func run() -> ExitStatus {
        DescriptorLimit.raise()
        do {
            let figures = try measured()
            StandardOutput.write((options.isJSON ? figures.json.text : figures.text) + "\n")
            return figures.done > 0 || figures.bytes > 0 ? .success : .unavailable
        } catch {
            StandardError.write("phonesim: \(error)\n")
            return ExitStatus(of: error)
        }
    }

    private func measured() throws -> LoadFigures {
        let load = options.load
        switch kind {
        case .inform, .discover:
            let asker = try FrameAsker(kind == .inform ? .inform : .discover, of: phones, on: interface.name)
            var loop = ClosedLoop(asker, load)
            return try loop.run()
        case .pnp:
            let group = options.server ?? Discovery.group
            guard let asker = try SubscribeAsker(phones, on: interface, server: group) else {
                throw LoadFault("phones of \(phones.first?.family.id ?? "this family") are not known to ask by PnP")
            }
            var loop = ClosedLoop(asker, load)
            return try loop.run()
        case .tftp:
            guard let server = options.server, let address = phones.first?.address else {
                throw LoadFault("--load tftp needs --server ADDRESS")
            }
            var loop = ClosedLoop(try TransferAsker(load, from: address, server: server), load, patience: 5_000_000_000)
            return try loop.run()
        }
    }
}
