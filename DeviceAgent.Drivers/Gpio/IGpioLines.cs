using System.Threading.Channels;

namespace DeviceAgent.Drivers.Gpio;

/// <summary>Outputs that are held: the boundary that a chip, the simulated lights and the seeded world share.</summary>
/// <remarks>Any thread. Disposing gives the lines back; what they show then is up to the chip's driver.</remarks>
public interface IGpioOutputs : IDisposable
{
    /// <summary>Sets several outputs at once. Bit n stands for the n-th output of the request; values outside the mask are ignored.</summary>
    /// <exception cref="GpioException">The chip refused, or is gone.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The mask names an output that was not requested.</exception>
    void Set(ulong mask, ulong values);
}

/// <summary>Inputs that are held. Any thread for <see cref="Read"/>; one reader of <see cref="Edges"/>.</summary>
public interface IGpioInputs : IDisposable
{
    /// <summary>The levels now. Bit n stands for the n-th input of the request.</summary>
    /// <exception cref="GpioException">The chip refused, or is gone.</exception>
    ulong Read();

    /// <summary>
    /// The edges as they come, at most 256 unread: then the oldest are dropped, and <see cref="GpioEdge.Sequence"/> shows the gap.
    /// Completes at Dispose, and with a <see cref="GpioException"/> when the chip is gone. Complete from the start where no input asked for edges.
    /// </summary>
    ChannelReader<GpioEdge> Edges { get; }
}
