using System.ComponentModel;
using System.Diagnostics;

namespace Coppice.Network.Rules;

/// <summary>The <c>nft</c> program, where its library is missing: the same result, some milliseconds slower.</summary>
internal sealed class NftCommand : INftRunner
{
    public string? Run(string batch)
    {
        try
        {
            using var process = Process.Start(new ProcessStartInfo("nft", ["-f", "-"])
            {
                RedirectStandardInput = true,
                RedirectStandardError = true,
                RedirectStandardOutput = true,
            })!;
            process.OutputDataReceived += (_, _) => { };
            process.BeginOutputReadLine();
            process.StandardInput.Write(batch);
            process.StandardInput.Close();
            var error = process.StandardError.ReadToEnd();
            process.WaitForExit();
            return process.ExitCode == 0 ? null : error.Trim();
        }
        catch (Win32Exception e)
        {
            return $"neither libnftables.so.1 nor the program nft can be used ({e.Message}); install the package nftables";
        }
        catch (IOException e)
        {
            return $"nft ended early: {e.Message}";
        }
    }

    public void Dispose()
    {
    }
}
