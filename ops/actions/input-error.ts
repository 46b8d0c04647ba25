import type { FieldFault } from '../../contract/console/field-fault.ts'

/** A wrong setting; the message names the option and says what is right, `fields` say the same for a form. */
export class InputError extends Error {
  readonly fields: readonly FieldFault[]
  constructor(message: string, fields: readonly FieldFault[] = []) {
    super(message)
    this.fields = fields
  }
}
