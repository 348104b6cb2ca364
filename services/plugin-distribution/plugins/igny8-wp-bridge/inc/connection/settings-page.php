<?php
/**
 * Settings > IGNY8.
 *
 * @package IGNY8\Bridge
 */

namespace IGNY8\Bridge\Connection;

use IGNY8\Bridge\Outbound;

const PAGE       = 'igny8-wp-bridge';
const CAPABILITY = 'manage_options';

/** Add the page to the Settings menu. */
function add_page(): void {
	add_options_page( __( 'IGNY8', 'igny8-wp-bridge' ), __( 'IGNY8', 'igny8-wp-bridge' ), CAPABILITY, PAGE, __NAMESPACE__ . '\\show_page' );
}

/** Link to the page from the list of plugins. */
function add_settings_link( array $links ): array {
	array_unshift( $links, '<a href="' . esc_url( page_url() ) . '">' . esc_html__( 'Settings', 'igny8-wp-bridge' ) . '</a>' );
	return $links;
}

/** Tell the page's address. */
function page_url(): string {
	return admin_url( 'options-general.php?page=' . PAGE );
}

/** Save what the form says, test it, and return to the page, which shows the outcome. */
function handle_save(): void {
	guard( 'igny8_bridge_save' );
	$given = [];
	foreach ( [ 'api_url', 'site_id', 'api_key', 'default_author' ] as $name ) {
		// phpcs:ignore WordPress.Security.NonceVerification.Missing -- guard() has checked it.
		if ( isset( $_POST[ $name ] ) && is_string( $_POST[ $name ] ) && ! is_fixed( $name ) ) {
			$given[ $name ] = sanitize_text_field( wp_unslash( $_POST[ $name ] ) ); // phpcs:ignore WordPress.Security.NonceVerification.Missing
		}
	}
	$saved = save_settings( $given );
	if ( is_wp_error( $saved ) ) {
		remember_test( false, $saved->get_error_code(), $saved->get_error_message(), [] );
	} else {
		test();
	}
	wp_safe_redirect( page_url() );
	exit;
}

/** Forget the key and the pairing. */
function handle_disconnect(): void {
	guard( 'igny8_bridge_disconnect' );
	disconnect();
	wp_safe_redirect( page_url() );
	exit;
}

/** Stop whoever may not change the connection, or did not mean to. */
function guard( string $action ): void {
	if ( ! current_user_can( CAPABILITY ) ) {
		wp_die( esc_html__( 'You may not change the connection of this site.', 'igny8-wp-bridge' ), 403 );
	}
	check_admin_referer( $action );
}

/** Show the page. */
function show_page(): void {
	if ( ! current_user_can( CAPABILITY ) ) {
		return;
	}
	echo '<div class="wrap"><h1>' . esc_html__( 'IGNY8', 'igny8-wp-bridge' ) . '</h1>';
	show_state();
	show_last_test();
	show_form();
	if ( '' !== api_key() && ! is_fixed( 'api_key' ) ) {
		show_disconnect_form();
	}
	echo '</div>';
}

/** Show in one line whether the site is connected. */
function show_state(): void {
	$waiting = Outbound\backlog()['waiting'];
	if ( is_key_unreadable() ) {
		$kind = 'error';
		$text = __( 'The salts in wp-config.php have changed, so the stored API key cannot be opened. Enter it once more.', 'igny8-wp-bridge' );
	} elseif ( has_moved() ) {
		return; // The notice above says so, and asks.
	} elseif ( is_paired() ) {
		$kind = 'success';
		/* translators: 1: name of the site on the platform, 2: number of events */
		$text = sprintf( __( 'Connected as "%1$s". Events waiting to be sent: %2$d.', 'igny8-wp-bridge' ), pairing()['site_name'], $waiting );
	} else {
		$kind = 'info';
		$text = __( 'Not connected. Copy the site id and the API key from IGNY8 and press the button below.', 'igny8-wp-bridge' );
	}
	echo '<div class="notice notice-' . esc_attr( $kind ) . ' inline"><p>' . esc_html( $text ) . '</p></div>';
}

/** Show what the last test found, check by check. */
function show_last_test(): void {
	$last = last_test();
	if ( ! $last ) {
		return;
	}
	$when = wp_date( get_option( 'date_format' ) . ' ' . get_option( 'time_format' ), (int) $last['at'] );
	echo '<h2>' . esc_html__( 'Last test', 'igny8-wp-bridge' ) . '</h2><p>' . esc_html( (string) $when ) . '</p>';
	if ( ! $last['ok'] ) {
		echo '<div class="notice notice-error inline"><p><code>' . esc_html( $last['code'] ) . '</code> ' . esc_html( $last['detail'] ) . '</p></div>';
	}
	if ( ! $last['checks'] ) {
		return;
	}
	echo '<table class="widefat striped" style="max-width:60em"><thead><tr>';
	foreach ( [ __( 'Check', 'igny8-wp-bridge' ), __( 'Result', 'igny8-wp-bridge' ), __( 'Detail', 'igny8-wp-bridge' ), __( 'What to do', 'igny8-wp-bridge' ) ] as $heading ) {
		echo '<th scope="col">' . esc_html( $heading ) . '</th>';
	}
	echo '</tr></thead><tbody>';
	foreach ( $last['checks'] as $check ) {
		$good = ! empty( $check['ok'] );
		echo '<tr><td><code>' . esc_html( plain( $check, 'name' ) ) . '</code></td><td>'
			. esc_html( $good ? __( 'good', 'igny8-wp-bridge' ) : __( 'problem', 'igny8-wp-bridge' ) ) . '</td><td>'
			. esc_html( plain( $check, 'detail' ) ) . '</td><td>' . esc_html( plain( $check, 'fix' ) ) . '</td></tr>';
	}
	echo '</tbody></table>';
}

/** Show the settings and the button. */
function show_form(): void {
	echo '<h2>' . esc_html__( 'Connection', 'igny8-wp-bridge' ) . '</h2><form method="post" action="' . esc_url( admin_url( 'admin-post.php' ) ) . '">';
	echo '<input type="hidden" name="action" value="igny8_bridge_save">';
	wp_nonce_field( 'igny8_bridge_save' );
	echo '<table class="form-table" role="presentation">';
	$key_hint = '' !== api_key() ? __( 'A key is stored. Leave this empty to keep it.', 'igny8-wp-bridge' ) : __( 'IGNY8 shows it once, when it is made.', 'igny8-wp-bridge' );
	show_field( 'api_url', 'url', __( 'API URL', 'igny8-wp-bridge' ), api_url(), '' );
	show_field( 'site_id', 'number', __( 'Site id', 'igny8-wp-bridge' ), site_id() ? (string) site_id() : '', '' );
	show_field( 'api_key', 'password', __( 'API key', 'igny8-wp-bridge' ), '', $key_hint );
	show_author_field();
	echo '</table>';
	submit_button( __( 'Save and test', 'igny8-wp-bridge' ) );
	echo '</form>';
}

/** Show one setting, read-only where wp-config.php decides it. */
function show_field( string $name, string $type, string $label, string $value, string $hint ): void {
	if ( is_fixed( $name ) ) {
		/* translators: %s: name of a constant */
		$hint = sprintf( __( 'Set in wp-config.php (%s).', 'igny8-wp-bridge' ), 'IGNY8_' . strtoupper( $name ) );
	}
	echo '<tr><th scope="row"><label for="igny8-' . esc_attr( $name ) . '">' . esc_html( $label ) . '</label></th><td>'
		. '<input class="regular-text" autocomplete="off" id="igny8-' . esc_attr( $name ) . '" name="' . esc_attr( $name ) . '" type="' . esc_attr( $type )
		. '" value="' . esc_attr( $value ) . '"' . disabled( is_fixed( $name ), true, false ) . '><p class="description">' . esc_html( $hint ) . '</p></td></tr>';
}

/** Show whom the platform speaks as. */
function show_author_field(): void {
	$query = [
		'role__in' => [ 'administrator', 'editor', 'author' ],
		'number'   => 200,
		'orderby'  => 'display_name',
	];
	echo '<tr><th scope="row"><label for="igny8-default_author">' . esc_html__( 'Default author', 'igny8-wp-bridge' ) . '</label></th><td><select id="igny8-default_author" name="default_author">';
	foreach ( get_users( $query ) as $user ) {
		echo '<option value="' . esc_attr( (string) $user->ID ) . '"' . selected( default_author(), $user->ID, false ) . '>' . esc_html( $user->display_name ) . '</option>';
	}
	echo '</select><p class="description">' . esc_html__( 'IGNY8 writes with this user\'s rights; posts without an author of their own are theirs.', 'igny8-wp-bridge' ) . '</p></td></tr>';
}

/** Show the button that ends the connection. */
function show_disconnect_form(): void {
	echo '<form method="post" action="' . esc_url( admin_url( 'admin-post.php' ) ) . '"><input type="hidden" name="action" value="igny8_bridge_disconnect">';
	wp_nonce_field( 'igny8_bridge_disconnect' );
	submit_button( __( 'Disconnect', 'igny8-wp-bridge' ), 'delete', 'submit', false );
	echo '</form>';
}

/** Take a text out of a check. */
function plain( array $check, string $name ): string {
	return isset( $check[ $name ] ) && is_scalar( $check[ $name ] ) ? (string) $check[ $name ] : '';
}
