// Written from the public signatures of System.Device.Gpio 4.2 (MIT): only the members in use. Nothing here runs.
namespace System.Device.Gpio
{
    public enum PinMode
    {
        Input = 0,
        Output = 1,
        InputPullDown = 2,
        InputPullUp = 3,
    }

    [Flags]
    public enum PinEventTypes
    {
        None = 0,
        Rising = 1,
        Falling = 2,
    }

    public readonly struct PinValue : IEquatable<PinValue>
    {
        public static PinValue High => throw null;

        public static PinValue Low => throw null;

        public static bool operator ==(PinValue a, PinValue b) => throw null;

        public static bool operator !=(PinValue a, PinValue b) => throw null;

        public bool Equals(PinValue other) => throw null;

        public override bool Equals(object other) => throw null;

        public override int GetHashCode() => throw null;
    }

    public class PinValueChangedEventArgs : EventArgs
    {
        public PinValueChangedEventArgs(PinEventTypes changeType, int pinNumber) => throw null;

        public PinEventTypes ChangeType => throw null;
    }

    public delegate void PinChangeEventHandler(object sender, PinValueChangedEventArgs pinValueChangedEventArgs);

    public struct WaitForEventResult
    {
    }

    public class GpioPin
    {
    }

    public class GpioController : IDisposable
    {
        public GpioController(GpioDriver driver) => throw null;

        public GpioPin OpenPin(int pinNumber, PinMode mode) => throw null;

        public GpioPin OpenPin(int pinNumber, PinMode mode, PinValue initialValue) => throw null;

        public virtual PinValue Read(int pinNumber) => throw null;

        public virtual void Write(int pinNumber, PinValue value) => throw null;

        public virtual void RegisterCallbackForPinValueChangedEvent(int pinNumber, PinEventTypes eventTypes, PinChangeEventHandler callback) => throw null;

        public void Dispose() => throw null;
    }

    public abstract class GpioDriver : IDisposable
    {
        protected internal abstract int PinCount { get; }

        protected internal abstract void OpenPin(int pinNumber);

        protected internal abstract void ClosePin(int pinNumber);

        protected internal abstract void SetPinMode(int pinNumber, PinMode mode);

        protected internal virtual void SetPinMode(int pinNumber, PinMode mode, PinValue initialValue) => throw null;

        protected internal abstract PinMode GetPinMode(int pinNumber);

        protected internal abstract bool IsPinModeSupported(int pinNumber, PinMode mode);

        protected internal abstract PinValue Read(int pinNumber);

        protected internal abstract void Write(int pinNumber, PinValue value);

        protected internal abstract WaitForEventResult WaitForEvent(int pinNumber, PinEventTypes eventTypes, CancellationToken cancellationToken);

        protected internal abstract void AddCallbackForPinValueChangedEvent(int pinNumber, PinEventTypes eventTypes, PinChangeEventHandler callback);

        protected internal abstract void RemoveCallbackForPinValueChangedEvent(int pinNumber, PinChangeEventHandler callback);

        public void Dispose() => throw null;

        protected virtual void Dispose(bool disposing) => throw null;
    }
}

namespace System.Device.Gpio.Drivers
{
    public abstract class UnixDriver : GpioDriver
    {
    }

    public class LibGpiodDriver : UnixDriver
    {
        public LibGpiodDriver(int gpioChip) => throw null;

        protected internal override int PinCount => throw null;

        protected internal override void OpenPin(int pinNumber) => throw null;

        protected internal override void ClosePin(int pinNumber) => throw null;

        protected internal override void SetPinMode(int pinNumber, PinMode mode) => throw null;

        protected internal override PinMode GetPinMode(int pinNumber) => throw null;

        protected internal override bool IsPinModeSupported(int pinNumber, PinMode mode) => throw null;

        protected internal override PinValue Read(int pinNumber) => throw null;

        protected internal override void Write(int pinNumber, PinValue value) => throw null;

        protected internal override WaitForEventResult WaitForEvent(int pinNumber, PinEventTypes eventTypes, CancellationToken cancellationToken) => throw null;

        protected internal override void AddCallbackForPinValueChangedEvent(int pinNumber, PinEventTypes eventTypes, PinChangeEventHandler callback) => throw null;

        protected internal override void RemoveCallbackForPinValueChangedEvent(int pinNumber, PinChangeEventHandler callback) => throw null;
    }

    public class LibGpiodV2Driver : LibGpiodDriver
    {
        public LibGpiodV2Driver(int chipNumber)
            : base(chipNumber) => throw null;
    }
}
