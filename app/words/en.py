"""English."""

PRODUCT = "Dawncast"
SKIP_TO_CONTENT = "Skip to the content"
MENU = "Menu"
SIGN_OUT = "Sign out"
COLOUR_MODE = "Switch between light and dark"
SANDBOX = "SANDBOX"
PRODUCTION = "PRODUCTION"
SANDBOX_HINT = "Nothing sent here reaches people"
PRODUCTION_HINT = "Messages reach real people"

FORBIDDEN_TITLE = "This page is not for your role"
FORBIDDEN_WORDS = "Ask an administrator if you need it for your work."
NOT_FOUND_TITLE = "There is no page at this address"
NOT_FOUND_WORDS = "It may have moved. The sidebar has everything there is."

SIGN_IN_TITLE = "Sign in"
SIGN_IN_BUTTON = "Sign in"
SIGN_IN_EMAIL = "E-mail"
SIGN_IN_PASSWORD = "Password"  # noqa: S105 - the label of the field
SIGN_IN_FAILED = "This e-mail and password do not belong together. Please try again."
SIGN_IN_WAIT = "Too many tries. Please wait {wait} and try again."
SIGN_IN_FORM_OLD = "This form had been open for too long. Please sign in again."
PASSWORD_TITLE = "Choose a new password"  # noqa: S105 - a heading
PASSWORD_CURRENT = "Present password"  # noqa: S105 - the label of the field
PASSWORD_NEW = "New password"  # noqa: S105 - the label of the field
PASSWORD_AGAIN = "The new password once more"  # noqa: S105 - the label of the field
PASSWORD_BUTTON = "Change the password"  # noqa: S105 - the button's label
PASSWORD_FIRST = "The password you came in with was for one sign-in. Please choose your own."  # noqa: S105
PASSWORD_WRONG = "The present password is not right. Please try again."  # noqa: S105
PASSWORD_DIFFERS = "The two new passwords differ. Please type them again."  # noqa: S105
PASSWORD_SAME = "The new password is the old one. Please choose another."  # noqa: S105
CODE_TITLE = "One more step"
CODE_LABEL = "Code from your authenticator app"
CODE_HINT = "Lost your phone? Type one of your recovery codes instead."
CODE_BUTTON = "Sign in"
CODE_WRONG = "This code is not right, or was used before. Wait for the next one."
INVITATION_TITLE = "Welcome"
INVITATION_WORDS = "{house} invites you. Choose a password to begin."
INVITATION_BUTTON = "Begin"
INVITATION_ENDED = "This invitation has been used, withdrawn, or is too old. Ask for a new one."
SIGNED_OUT = "You are signed out."
SESSION_OVER = "Your session is over. Please sign in again."

PROFILE = "Your profile"
CANCEL = "Cancel"
