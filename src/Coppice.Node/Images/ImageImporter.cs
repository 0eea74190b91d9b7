using System.Diagnostics;
using Coppice.Client;
using Coppice.Node.Host;
using Coppice.Node.Runtime;
using Coppice.Node.Runtime.Containerd;

namespace Coppice.Node.Images;

/// <summary>
/// Brings images onto the node without a registry: OCI layouts and docker archives (what <c>docker save</c> writes), through
/// containerd's own client program, which comes in the same package.
/// </summary>
/// <param name="socketPath">containerd's.</param>
/// <param name="images">The same containerd's, asked until it shows what was imported.</param>
public sealed class ImageImporter(string socketPath, IImageService images, TimeProvider time)
{
    private static readonly TimeSpan SeenWithin = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(5);

    /// <summary>Imports an archive; returns the names of its images, which are ready for use when this returns.</summary>
    /// <exception cref="RuntimeException">It is no archive of images, or holds none with a name.</exception>
    public async Task<IReadOnlyList<string>> ImportFileAsync(string file, CancellationToken stop)
    {
        if (!File.Exists(file))
        {
            throw new RuntimeException($"There is no file {file}");
        }

        var start = new ProcessStartInfo(HostProgram.Ctr.Require(), ["--address", socketPath, "--namespace", "k8s.io", "images", "import", file])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var process = Process.Start(start)!;
        // Who gives up leaves nobody at work behind him.
        await using var ending = stop.Register(process.Kill);
        var errors = process.StandardError.ReadToEndAsync(stop);
        var output = await process.StandardOutput.ReadToEndAsync(stop);
        await process.WaitForExitAsync(stop);
        if (process.ExitCode != 0)
        {
            throw new RuntimeException($"{file} could not be imported: {Reason(await errors)}");
        }

        var names = Names(output);
        if (names.Count == 0)
        {
            throw new RuntimeException($"{file} holds no image with a name: save it by name and tag, not by id");
        }

        foreach (var name in names)
        {
            await WaitUntilSeenAsync(name, stop);
        }

        return names;
    }

    /// <summary>Makes an image and imports it, unless one of its name is there.</summary>
    public async Task EnsureAsync(string name, Func<ImageRecipe> recipe, CancellationToken stop)
    {
        if (await images.FindAsync(name, stop) is not null)
        {
            return;
        }

        var directory = Directory.CreateTempSubdirectory("coppice-image-");
        try
        {
            var file = Path.Combine(directory.FullName, "image.tar");
            await using (var target = OwnFiles.CreatePrivate(file))
            {
                OciArchive.Write(target, recipe());
            }

            await ImportFileAsync(file, stop);
        }
        finally
        {
            directory.Delete(recursive: true);
        }
    }

    // "unpacking docker.io/library/busybox:latest (sha256:…)...done", one a line
    internal static IReadOnlyList<string> Names(string output)
    {
        const string Prefix = "unpacking ";
        return [.. output.Split('\n').Where(line => line.StartsWith(Prefix, StringComparison.Ordinal)).Select(line => line[Prefix.Length..].Split(' ')[0])];
    }

    private static string Reason(string errors)
    {
        var line = errors.Split('\n', StringSplitOptions.RemoveEmptyEntries).LastOrDefault() ?? "ctr failed without a word";
        return line.StartsWith("ctr: ", StringComparison.Ordinal) ? line["ctr: ".Length..] : line;
    }

    // The CRI plugin learns of new images by an event, a few milliseconds later.
    private async Task WaitUntilSeenAsync(string name, CancellationToken stop)
    {
        var since = time.GetTimestamp();
        while (await images.FindAsync(name, stop) is null)
        {
            if (time.GetElapsedTime(since) > SeenWithin)
            {
                throw new RuntimeException($"containerd imported {name}, but its CRI plugin does not show it");
            }

            await Task.Delay(PollInterval, time, stop);
        }
    }
}
