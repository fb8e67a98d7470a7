import ConfigFiles
import LinuxSystem
import Provisioning
import VendorCatalogue

extension Daemon {
    /// Reads the configuration again. A wrong one is refused with its mistakes, and the one in force stays.
    func reload() {
        ServiceManager.reloading()
        defer { ServiceManager.ready(status: "serving") }
        let new: Configuration
        do throws(SystemError) {
            new = try Configuration.load(path: path, state: overrides.state)
        } catch {
            return logger.log(LogLine(.error, "configuration.refused", ["text": error.description]))
        }
        guard new.problems.isEmpty else {
            for problem in new.problems {
                logger.log(
                    LogLine(.error, "configuration.refused", ["at": problem.place, "text": withoutCredentials(problem.sentence)]))
            }
            return
        }
        adopt(new)
    }

    /// Puts another configuration in force.
    func adopt(_ new: Configuration) {
        let before = overrides.applied(to: configuration.settings)
        let after = overrides.applied(to: new.settings)
        let old = configuration
        configuration = new
        defer { if !fleet.isMember { joinFleet(overrides.applied(to: configuration.settings)) } }
        do throws(StartFailure) {
            if after.needsSameServices(as: before), let services, !services.rootIsAnother {
                if let certificates = try certificates(of: after) { services.show(certificates) }
                services.reload(after, new.catalogue)
            } else {
                try restart(with: after)
            }
        } catch {
            configuration = old
            logger.log(LogLine(.error, "configuration.refused", ["text": error.sentence]))
            if services == nil { resume(before) }
            return
        }
        boots.follow(new.catalogue)
        logger.write(asJSON: after.logFormat == .json)
        logger.log(LogLine(.notice, "configuration.loaded", ["rules": after.rules.count, "devices": after.devices.count]))
    }

    /// Ports, root or PnP group changed: what holds the old ones lets go first.
    private func restart(with settings: Settings) throws(StartFailure) {
        fleet.leave()
        services?.stop()
        services = nil
        services = try start(settings)
    }

    /// The services of the configuration that stays come back.
    private func resume(_ settings: Settings) {
        do throws(StartFailure) {
            services = try start(settings)
        } catch {
            logger.log(LogLine(.error, "services.not-started", ["text": error.sentence]))
        }
    }
}

extension Settings {
    /// Whether services that were started for one configuration serve another as well.
    func needsSameServices(as other: Settings) -> Bool {
        root == other.root && httpPort == other.httpPort && https?.ports == other.https?.ports
            && pnp.listeners == other.pnp.listeners && pnp.tcp == other.pnp.tcp
            && (pnp.answer == .off) == (other.pnp.answer == .off) && state == other.state
            && fleet == other.fleet && admin == other.admin
            && (dhcp.answer == .off) == (other.dhcp.answer == .off) && givesSameAddresses(as: other)
    }

    /// Whether books of leases that were begun for one configuration hold for another.
    private func givesSameAddresses(as other: Settings) -> Bool {
        guard dhcp.answer == .lease || other.dhcp.answer == .lease else { return true }
        var (mine, others) = (dhcp.lease, other.dhcp.lease)
        // Where it stands in the file says nothing of what is to be served.
        (mine.place, others.place) = (nil, nil)
        return dhcp.answer == other.dhcp.answer && mine == others
            && devices.compactMapValues(\.address) == other.devices.compactMapValues(\.address)
    }
}
