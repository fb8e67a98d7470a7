import ConfigFiles
import ConfigTree
import Glibc
import LinuxSystem
import Packets
import VendorCatalogue

/// The command `phonesim`.
package enum PhoneSimulatorCommand {
    /// Runs with the process's arguments, and ends the process.
    package static func main() -> Never {
        exit(run(Array(CommandLine.arguments.dropFirst())).rawValue)
    }

    /// What is interrupted gives back the addresses that it was lent.
    private static func watchSignals() throws(SystemError) {
        let signals = try Signals([Signals.interrupt, Signals.terminate])
        _ = try SystemThread.start(name: "signals") {
            while true {
                _ = try? waitReadable([signals.descriptor], milliseconds: nil)
                guard let number = signals.next() else { continue }
                BorrowedAddress.giveBackAll()
                Signals.end(by: number)
            }
        }
    }

    private struct Failure: Error {
        let status: ExitStatus
        let sentence: String
    }

    private static func run(_ arguments: [String]) -> ExitStatus {
        do throws(SimulatorOptions.Fault) {
            let options = try SimulatorOptions(arguments)
            if options.wantsHelp || options.wantsVersion {
                StandardOutput.write(options.wantsHelp ? Usage.text : Usage.version + "\n")
                return .success
            }
            return run(options)
        } catch {
            StandardError.write("phonesim: \(error.sentence); --help lists what there is\n")
            return .usage
        }
    }

    private static func run(_ options: SimulatorOptions) -> ExitStatus {
        do throws(SystemError) {
            try watchSignals()
        } catch {
            StandardError.write("phonesim: \(error)\n")
            return .unavailable
        }
        do throws(Failure) {
            if let file = options.authorities, (try? readWholeFile(file, limit: 16 << 20)) == nil {
                throw Failure(status: .noInput, sentence: "there is no file \(file) that can be read")
            }
            let (family, manner) = try family(options)
            let interface = try interface(options)
            guard let address = options.address ?? interface.addresses.first?.address ?? (options.leases ? .any : nil) else {
                throw Failure(status: .unavailable, sentence: "interface \(interface.name) has no IPv4 address")
            }
            guard let mac = options.mac ?? interface.mac else {
                throw Failure(
                    status: .unavailable, sentence: "interface \(interface.name) is not Ethernet; name a MAC address with --mac")
            }
            if options.mac == nil, !manner.macPrefix.contains(mac) {
                StandardError.write(
                    "phonesim: note: \(mac) does not begin with \(manner.macPrefix), as those of \(family.id) do\n")
            }
            if options.count > 1 {
                let fleet = Fleet(options, on: interface) { number in
                    SimulatedPhone(
                        family, manner: manner, mac: MACAddress(bits: (mac.bits + UInt64(number)) & 0xffff_ffff_ffff),
                        model: options.model,
                        address: options.address.map { IPv4Address(bits: $0.bits &+ UInt32(number)) } ?? address)
                }
                return fleet.run()
            }
            let phone = SimulatedPhone(
                family, manner: manner, mac: mac, model: options.model, address: address, uuid: options.uuid,
                serial: options.serial)
            if let kind = options.load.kind { return Load(kind, like: phone, on: interface, options).run() }
            var life = PhoneLife(phone, on: interface, options, BootReport(isJSON: options.isJSON))
            return life.run()
        } catch {
            StandardError.write("phonesim: \(error.sentence)\n")
            return error.status
        }
    }

    private static func family(_ options: SimulatorOptions) throws(Failure) -> (Family, PhoneModel) {
        let problems = ConfigProblems()
        let catalogue: Catalogue
        if let folder = options.vendors {
            guard (try? ReadDirectory.open(folder)) != nil else {
                throw Failure(status: .noInput, sentence: "there is no folder \(folder)")
            }
            catalogue = CatalogueFolder.load(program: folder, usersOwn: nil, problems)
        } else {
            catalogue = CatalogueFolder.load(problems)
        }
        for problem in problems.inOrder { StandardError.write("\(problem)\n") }
        guard !catalogue.families.isEmpty else { throw Failure(status: .noInput, sentence: "the vendor catalogue is empty") }
        let playable = catalogue.families.filter { $0.phone != nil }.map(\.id).sorted().joined(separator: ", ")
        guard let family = catalogue.family(options.family) else {
            throw Failure(status: .usage, sentence: "\(options.family) is no family; there are \(playable)")
        }
        guard let manner = family.phone else {
            throw Failure(status: .usage, sentence: "the catalogue does not say how a \(family.id) boots; it does of \(playable)")
        }
        return (family, manner)
    }

    private static func interface(_ options: SimulatorOptions) throws(Failure) -> NetworkInterface {
        do {
            let all = try NetworkInterface.all()
            let usable = all.filter { $0.isUp && !$0.isLoopback && !$0.addresses.isEmpty }
            guard let name = options.interface else {
                if let first = usable.first { return first }
                throw Failure(status: .unavailable, sentence: "no interface is up and has an IPv4 address")
            }
            if let named = all.first(where: { $0.name == name }), named.isUp { return named }
            let names = usable.map(\.name).joined(separator: ", ")
            throw Failure(
                status: .unavailable,
                sentence: "interface \(name) is not there or not up; there is \(names.isEmpty ? "none" : names)")
        } catch let failure as Failure {
            throw failure
        } catch {
            throw Failure(status: .unavailable, sentence: "\(error)")
        }
    }
}
