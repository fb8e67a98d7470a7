/// What `--help` prints.
enum Usage {
    static let version = "phonesim 0.1.0"

    static let text = """
        phonesim plays a phone that boots as a real one does: it asks where its configuration is, and fetches it.

        phonesim [--interface NAME] [--family ID] [--mac MAC] [--model M] [--vendors DIR] [--discover pnp|inform|both]
                 [--timeout SECONDS] [--server ADDRESS] [--get | --no-get] [--stay SECONDS] [--speed N] [--clock HH:MM]
                 [--seed N] [--count N] [--rate N] [--address ADDRESS] [--lease] [--uuid UUID] [--serial S] [--ca FILE] [--json] [--help]
                 [--version]

          --interface NAME   where the phone is plugged in; else the first that is up, has an IPv4 address and is not loopback
          --family ID        which phone, by its id in the catalogue; else snom-desk
          --mac MAC          its MAC address; else the interface's own. DHCP and PnP carry it, but frames still come from the
                             interface: answers sent to another address arrive only at an interface that has it or is promiscuous
          --model M          its model; else the one that the catalogue names
          --vendors DIR      the catalogue; else the one that came with the program, and /etc/bellhop/vendors
          --discover WAY     pnp, inform, or both; else the family's own ways in its own order. The first that yields an
                             address wins
          --timeout SECONDS  how long each way is waited for, and each file; else as long as a phone would. Questions go on all that
                             time, each wait twice as long as the one before, up to 64 s by DHCP and 4 s by PnP
          --server ADDRESS   where the DHCPINFORM goes; else 255.255.255.255
          --no-get           asks only, and fetches nothing (--get, the default, fetches)
          --stay SECONDS     stays as long, by its own clock: comes for its files when its settings say so, and when check-sync
                             tells it to, on port 5060
          --speed N          its clock runs N times as fast as ours, so that --speed 3600 makes a second of an hour
          --clock HH:MM      what its clock shows at first; else midnight
          --seed N           clocks and waits differ from phone to phone, and are the same in each run with the same N
          --count N          a fleet: N phones, with MAC addresses from that of --mac on, and a summary in place of steps. Where
                             PnP is the last way, each asks for 32 seconds (RFC 3261, timers E and F) unless --timeout is less
          --rate N           of which so many are switched on in a second; else 200
          --address ADDRESS  the first phone's IP address; those of the others follow. This machine has to have them: with
                             `ip route add local 10.9.128.0/17 dev NAME` it has a whole network
          --lease            asks for its address first, by DISCOVER and REQUEST, as phones do, and takes from the ACK what it would
                             have asked for by INFORM. With --stay it asks to keep the address, in our time and not by its own
                             clock, begins anew where its lease ends, and asks again every 10 s where nobody gives it one. The
                             interface has the address no longer than the lease lasts. It takes CAP_NET_ADMIN
          --uuid UUID        of a Spectralink Virtual IP-DECT Server One, whose files bear it in place of the MAC address
          --serial S         of an Alcatel-Lucent Enterprise phone, its user and password; else SN and its MAC address
          --ca FILE          certificates of those whose servers the phone takes, in PEM; else it takes any server's
          --json             one JSON object a line

        phonesim --load inform|discover|pnp|tftp [--window N] [--seconds S] [--phones N] [--pace N] [--mac MAC] [--server ADDRESS]
                 [--file NAME] [--blksize N] [--windowsize N] [--interface NAME] [--family ID] [--model M] [--vendors DIR]
                 [--address ADDRESS] [--json]

          --load KIND        many phones that ask again and again, each with one exchange under way: DHCPINFORM to ACK, DISCOVER to
                             OFFER, SUBSCRIBE to the answer to NOTIFY, or a file by TFTP. Measuring begins once each was answered;
                             prints the rate, what was lost (not answered in 1 s), and p50, p99 and the longest time
          --window N         exchanges under way at once; else 32
          --seconds S        how long is measured; else 5
          --phones N         how many there are; else 256. Their MAC addresses follow --mac, their IP addresses --address or the
                             interface's own
          --pace N           begins so many a second at the most; else as many as the window allows
          --server ADDRESS   whom TFTP asks, and PnP in place of 224.0.1.75
          --file NAME        what TFTP fetches, with --blksize and --windowsize as asked for

        Steps: asked, offered, leased, answered, notify, accepted, told, fetched, missing, refused, gave-up, noted, restarts,
        visits, waits, done, check-sync.
        DHCPINFORM goes out from port 68, which takes root or CAP_NET_BIND_SERVICE.

        Exit status: 0 at least one file was fetched (with --no-get: an address was told), 1 told and nothing fetched,
        64 wrong usage, 66 a file is missing, 69 nobody answered or no interface, 77 not permitted.
        Of a fleet: 0 each phone fetched a file, 1 not each of them did, 69 none was told where.

        """
}
